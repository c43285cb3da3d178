"""A server of the Model Context Protocol as its official SDK makes it: python mcp_server.py

Prints its address when it listens, and a line for each call of a tool.
"""

import asyncio
import socket

import uvicorn
from mcp.server.mcpserver import MCPServer

shop = MCPServer("Shop")


@shop.tool()
def order_state(order: int) -> str:
    """Tells where an order is."""
    print(f"called order_state({order})", flush=True)
    if order < 1:
        raise ValueError("orders are counted from 1, which callers are not told")
    return f"Order {order} is on its way."


@shop.tool()
def cancel_order(order: int) -> str:
    """Cancels an order."""
    print(f"called cancel_order({order})", flush=True)
    return "Cancelled."


@shop.tool()
async def count_stock() -> str:
    """Counts everything in stock, which takes longer than anybody waits."""
    print("called count_stock()", flush=True)
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("cancelled count_stock()", flush=True)
        raise
    return "Many."


listener = socket.socket()
listener.bind(("127.0.0.1", 0))
print(f"listening on 127.0.0.1:{listener.getsockname()[1]}", flush=True)
config = uvicorn.Config(shop.streamable_http_app(), log_level="warning", lifespan="on")
asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))
