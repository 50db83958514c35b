"""People at a real server: the server in the test's loop, and clients that speak the wire as any other client would.

Frames are read as plain JSON, so that the facts are about what is sent, not about how our own client reads it.
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from chat_server.app import ChatServer
from chat_server.rooms.clock import Clock, Seen, elapsed
from chat_server.sessions.entrance import ChatEntrance
from chat_server.sessions.session import Session
from chat_server.settings import Settings
from chat_server.transport.connection import Connection

PATIENCE = 10.0  # seconds until something that must happen is taken for broken

Event = dict[str, Any]


def short(value: object) -> str:
    """What a row of a table is called in a report."""
    text = ascii(value)
    return text if len(text) < 40 else f"{text[:30]}...{len(text)}"


class Person:
    """One client. `init` is its first event; `people` follows who is at its home, by id; `seen` has all others."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.init: Event = {}
        self.people: dict[str, str] = {}
        self.seen: list[Event] = []
        self._unread: deque[Event] = deque()

    @property
    def id(self) -> str:
        """The client id that the server gave."""
        return self.init["you"]["id"]

    @property
    def name(self) -> str:
        """The name under which this person is listed now."""
        return self.people[self.id]

    async def greeted(self) -> None:
        """Take the first event."""
        self.init = await self._frame()
        assert self.init["type"] == "init"
        self.people = {client["id"]: client["name"] for client in self.init["clients"]}

    async def say(self, *lines: str | bytes) -> None:
        """Send lines, or binary messages."""
        for line in lines:
            await self.socket.send(line)

    async def next(self) -> Event:
        """The next event that is not about who is here."""
        while not self._unread:
            await self._read()
        return self._unread.popleft()

    async def hears(self, text: str) -> list[Event]:
        """Read until the message with this text; returns what came before it."""
        before = []
        while (event := await self.next()).get("text") != text or event["type"] != "message":
            before.append(event)
        return before

    async def said(self, line: str) -> Event:
        """Say a line; returns its echo or the error that answers it."""
        await self.say(line)
        return await self.next()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Read until `holds()`."""
        while not holds():
            await self._read()

    async def sees(self, *names: str) -> None:
        """Read until exactly these are here."""
        await self.until(lambda: sorted(self.people.values()) == sorted(names))

    async def closed(self) -> tuple[int, str]:
        """Read to the end; returns the close code (1006 for none) and the reason."""
        with suppress(ConnectionClosed):
            while True:
                await self._read()
        return self.socket.close_code or 1006, self.socket.close_reason or ""

    async def _read(self) -> None:
        event = await self._frame()
        if event["type"] == "clients" and event.get("room") == self.init.get("room"):
            for client_id in event["left"]:
                self.people.pop(client_id, None)
            for client in event["joined"]:
                self.people[client["id"]] = client["name"]
        else:
            self.seen.append(event)
            self._unread.append(event)

    async def _frame(self) -> Event:
        async with asyncio.timeout(PATIENCE):
            frame = await self.socket.recv()
        assert isinstance(frame, str)
        return json.loads(frame)


class HouseClock(Clock):
    """A server's clock that runs until a test stops it. `wall` is what the computer's shows at the start."""

    def __init__(self, wall: Callable[[], float]) -> None:
        self._wall = wall
        self._stopped_at: float | None = None
        self._slept = 0.0

    def start(self, seen: Seen) -> "HouseClock":
        """Run from now on."""
        super().__init__(seen, self._wall, lambda: elapsed() + self._slept)
        return self

    def sleep(self, seconds: float) -> None:
        """Let so much time pass, of which the event loop sees nothing."""
        self._slept += seconds

    def stop_at(self, now: float) -> None:
        """Show this time, and no other."""
        self._stopped_at = now

    def __call__(self) -> float:
        """Tell the time."""
        return super().__call__() if self._stopped_at is None else self._stopped_at


class House:
    """A running server, and the people who came to it."""

    def __init__(
        self, server: ChatServer, stack: AsyncExitStack, serving: asyncio.Task[None], clock: HouseClock
    ) -> None:
        self.server = server
        self._serving = serving
        self.clock = clock
        self.context = server.context
        self.host = server.context.host
        self.connections = server.context.connections
        self.stack = stack

    @property
    def address(self) -> tuple[str, int]:
        """Host and port, for a socket."""
        return "127.0.0.1", self.server.port

    def url(self, target: str = "/") -> str:
        """Where to connect; `target` is the path and the query."""
        return f"ws://127.0.0.1:{self.server.port}{target}"

    async def person(
        self, name: str = "", *, secret: str = "", target: str = "", headers: Mapping[str, str] | None = None
    ) -> Person:
        """Somebody who is connected and greeted."""
        more = {**(headers or {})}
        if secret:
            more["Authorization"] = f"Bearer {secret}"
        client = connect(
            self.url(target or (f"/?name={name}" if name else "/")),
            additional_headers=more,
            compression=None,
            max_size=None,
            max_queue=None,
            proxy=None,
            close_timeout=1,
            ping_interval=None,
        )
        person = Person(await self.stack.enter_async_context(client))
        await person.greeted()
        return person

    @property
    def sessions(self) -> list[Session]:
        """The sessions of those who are let in."""
        return [each.handler for each in self.connections if isinstance(each.handler, Session)]

    def connection_of(self, name: str) -> Connection:
        """The server's side of somebody."""
        owner = self.host.roster.owner_of(name)
        return next(session.connection for session in self.sessions if session.client_id == owner)

    def seat(self, wire: asyncio.Transport, data: bytes = b"") -> Connection:
        """The server's side of a transport that is none, on which this has come."""
        connection = ChatEntrance(self.context, lambda _path: None).connection()
        connection.connection_made(wire)
        if data:
            connection.data_received(data)
        return connection

    async def people(self, *names: str) -> list[Person]:
        """Several, each of whom sees all of them."""
        persons = [await self.person(name) for name in names]
        for person in persons:
            await person.sees(*names)
        return persons

    async def nobody(self) -> None:
        """Wait until the server has forgotten every connection."""
        async with asyncio.timeout(PATIENCE):
            await self.connections.empty.wait()

    async def settled(self) -> None:
        """Let the loop turn until no line is being worked on and what was kept is on its way."""
        turns = 0
        while turns < 4 or self.connections.busy:
            turns += 1
            await asyncio.sleep(0)

    async def ended(self) -> None:
        """Wait until the server has ended, after its `stop`."""
        async with asyncio.timeout(PATIENCE):
            await asyncio.shield(self._serving)

    async def eventually(self, holds: Callable[[], bool]) -> None:
        """Let the loop run until `holds()`."""
        async with asyncio.timeout(PATIENCE):
            while not holds():  # noqa: ASYNC110 - the state of sockets and transports has no event to wait for
                await asyncio.sleep(0.002)


@asynccontextmanager
async def open_house(*, wall: Callable[[], float] = time.time, **overrides: Any) -> AsyncIterator[House]:
    """A server on a free port of this computer, without a rate limit, until the block ends.

    `wall` is what the computer's clock shows at its start.
    """
    settings = {"host": "127.0.0.1", "port": 0, "rate_limit": "off", "close_timeout": 1.0} | overrides
    clock = HouseClock(wall)
    server = ChatServer(Settings(**settings), clock.start)
    await server.start()
    serving = asyncio.create_task(server.serve())
    try:
        async with AsyncExitStack() as stack:
            yield House(server, stack, serving, clock)
    finally:
        server.stop()
        await serving
