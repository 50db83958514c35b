"""A minimal chat on the stock library: what the benchmarks compare the server with.

It is what the documentation of `websockets` shows for many receivers: `serve`, a coroutine a connection, and
`broadcast()` for each message. Events look and weigh as chat-server's do; there are no rules and no names, and without
`--roster` no history either and nobody is told who is here.
"""

import argparse
import asyncio
import itertools
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosedError

from chat_protocol.events import Client, ClientsChanged, Init, Message, encode_event

_HISTORY = 200


async def _run(ping_interval: float | None, *, roster: bool) -> None:
    connections: dict[ServerConnection, Client] = {}
    messages: deque[Message] = deque(maxlen=_HISTORY)
    numbers = itertools.count(1)

    def init(you: Client) -> str:
        if not roster:
            return '{"type":"init"}'
        seq = messages[-1].seq if messages else 0
        everybody = tuple(connections.values())
        event = Init(tuple(messages), "epoch", seq, False, (), False, {}, time.time(), you, everybody)  # noqa: FBT003 - positions of the event
        return encode_event(event).decode()

    async def handle(connection: ServerConnection) -> None:
        sender = f"c-{id(connection):016x}"
        you = connections[connection] = Client(sender, "guest-1234")
        try:
            await connection.send(init(you))
            if roster:
                broadcast(connections, encode_event(ClientsChanged((you,), ())).decode())
            with suppress(ConnectionClosedError):
                async for text in connection:
                    number = next(numbers)
                    message = Message(number, str(text), None, sender, "guest-1234", None, time.time(), number)
                    if roster:
                        messages.append(message)
                    broadcast(connections, encode_event(message).decode())
        finally:
            del connections[connection]
            if roster:
                broadcast(connections, encode_event(ClientsChanged((), (sender,))).decode())

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
    parser.add_argument("--roster", action="store_true", help="greet with history and list, and tell of newcomers")
    options = parser.parse_args()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_run(options.ping_interval, roster=options.roster))
