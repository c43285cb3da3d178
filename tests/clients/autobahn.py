"""Runs the cases of the Autobahn test suite against an echo server: python autobahn.py ADDRESS CASE...

Prints one JSON object: how many cases ran, and those that the server failed with what was expected.
"""

import asyncio
import json
import os
import sys

import kosoku


async def run(address, cases):
    try:
        return await kosoku.run_fuzzingclient(address, cases)
    except kosoku.FailureError as failure:
        return failure.results


async def main(address, cases):
    results = await run(address, cases)
    failed = [
        {
            "case": result.case_id,
            "behaviour": result.behavior.value,
            "close": result.behavior_close.value,
            "expected": result.expectation,
            "result": f"{result.result} {result.result_close}",
        }
        for result in results
        if not result.passed
    ]
    print(json.dumps({"ran": len(results), "failed": failed}), flush=True)


asyncio.run(main(sys.argv[1], sys.argv[2:]))
# The suite's own threads outlive its results; an interpreter that is taken down under them aborts now and then.
os._exit(0)
