"""Drives the published Python client: python visitor.py SOCKET_ADDRESS SESSION_TOKEN

Events go to standard output and orders come from standard input, one JSON object a line.
"""

import asyncio
import json
import sys

import centrifuge


def tell(**event):
    print(json.dumps(event), flush=True)


class Teller(centrifuge.ClientEventHandler):
    async def on_connected(self, ctx):
        tell(event="connected", data=ctx.data)

    async def on_connecting(self, ctx):
        tell(event="connecting", code=ctx.code, reason=ctx.reason)

    async def on_disconnected(self, ctx):
        tell(event="disconnected", code=ctx.code, reason=ctx.reason)

    async def on_error(self, ctx):
        tell(event="error", error=str(ctx.error))

    async def on_subscribed(self, ctx):
        tell(
            event="subscribed",
            channel=ctx.channel,
            recovered=ctx.recovered,
            wasRecovering=ctx.was_recovering,
        )

    async def on_unsubscribed(self, ctx):
        tell(event="unsubscribed", channel=ctx.channel)

    async def on_publication(self, ctx):
        tell(event="publication", offset=ctx.pub.offset or None, data=ctx.pub.data)


async def obey(client, order):
    command = order["command"]
    try:
        reply = await client.rpc(order["method"], order["data"])
        tell(event="reply", command=command, data=reply.data)
    except centrifuge.CentrifugeError as error:
        tell(
            event="reply",
            command=command,
            error={"code": getattr(error, "code", None), "message": str(error)},
        )


async def main(address, token):
    client = centrifuge.Client(
        address,
        events=Teller(),
        token=token,
        proxy=None,
        min_reconnect_delay=0.02,
        max_reconnect_delay=0.2,
    )
    await client.connect()
    loop = asyncio.get_running_loop()
    tasks = set()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        task = asyncio.create_task(obey(client, json.loads(line)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


asyncio.run(main(*sys.argv[1:]))
