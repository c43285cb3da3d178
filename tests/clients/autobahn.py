"""Runs the cases of the Autobahn test suite against an echo server: python autobahn.py ADDRESS CASE...

Prints one JSON object: how many cases ran, and those that the server failed with what was expected. Every case gives the
server a second, which a busy machine may take away; a failed case is therefore tried again, alone.
"""

import asyncio
import json
import sys

import kosoku


TRIES = 3


async def run(address, cases):
    try:
        return await kosoku.run_fuzzingclient(address, cases)
    except kosoku.FailureError as failure:
        return failure.results


async def main(address, cases):
    results = await run(address, cases)
    for _ in range(TRIES - 1):
        again = [result.case_id for result in results if not result.passed]
        if again:
            results = [result for result in results if result.passed]
            results += await run(address, again)
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
