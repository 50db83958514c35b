"""A minimal chat on the stock library: what the benchmarks compare the server with.

It is what the documentation of `websockets` shows for many receivers: `serve`, a coroutine a connection, and
`broadcast()` for each message. Events look and weigh as chat-server's do; there are no rules, no history, no names.
"""

import argparse
import asyncio
import itertools
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosedError

from chat_protocol.events import Message, encode_event


async def _run(ping_interval: float | None) -> None:
    connections: set[ServerConnection] = set()
    numbers = itertools.count(1)

    async def handle(connection: ServerConnection) -> None:
        sender = f"c-{id(connection):016x}"
        connections.add(connection)
        try:
            await connection.send('{"type":"init"}')
            with suppress(ConnectionClosedError):
                async for text in connection:
                    number = next(numbers)
                    message = Message(number, str(text), None, sender, "guest-1234", None, time.time(), number)
                    broadcast(connections, encode_event(message).decode())
        finally:
            connections.discard(connection)

    async with serve(
        handle, "127.0.0.1", 0, compression=None, ping_interval=ping_interval, ping_timeout=ping_interval, backlog=1024
    ) as server:
        print(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", file=sys.stderr, flush=True)
        await server.serve_forever()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The event loop that chat-server takes too."""
    try:
        import uvloop  # noqa: PLC0415 - optional
    except ImportError:
        return None
    return uvloop.new_event_loop


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ping-interval", type=float, help="seconds between keepalive pings (default: none are sent)")
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_run(parser.parse_args().ping_interval))
