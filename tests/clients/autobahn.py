"""Runs the cases of the Autobahn test suite against an echo server: python autobahn.py ADDRESS CASE...

Prints one JSON object: how many cases ran, and those that the server failed with what was expected.
"""

import asyncio
import json
import sys

import kosoku


async def main(address, cases):
    try:
        results = await kosoku.run_fuzzingclient(address, cases)
    except kosoku.FailureError as failure:
        results = failure.results
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
    print(json.dumps({"ran": len(results), "failed": failed}))


asyncio.run(main(sys.argv[1], sys.argv[2:]))
