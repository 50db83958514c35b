"""Both ends of a connection for tests: somebody who takes what comes, and a small real server."""

import asyncio
import json
import threading
from contextlib import asynccontextmanager
from itertools import repeat

from websockets.asyncio.server import broadcast, serve

from chat_protocol.commands import parse_command
from chat_tui.connection.client import Connection
from chat_tui.connection.head_start import THREAD
from chat_tui.connection.states import Connected, Lost, TurnedAway
from chat_tui.state.store import Store

INIT = '{"type":"init","messages":[]}'
PATIENCE = 20.0


def head_starts_end():
    """Wait until every head start has reached somebody, or given up."""
    for thread in threading.enumerate():
        if thread.name == THREAD:
            thread.join(PATIENCE)
            assert not thread.is_alive()


class Listener:
    """Runs a connection and takes what it brings; leaving the block closes it and waits for its end."""

    def __init__(self, url, **options):
        self.arrived = asyncio.Event()
        self.got = []
        options = {"delays": lambda: repeat(0.0)} | options
        self.connection = Connection(url, notify=self.arrived.set, **options)

    async def __aenter__(self):
        self.running = asyncio.create_task(self.connection.run())
        return self

    async def __aexit__(self, *_):
        await self.connection.close()
        await asyncio.wait_for(self.running, PATIENCE)

    def take(self):
        """Take everything that has come; a subclass does something with it."""
        while self.connection.waiting:
            self.got += self.connection.take()

    async def until(self, done):
        """Take until `done()`."""
        async with asyncio.timeout(PATIENCE):
            while self.take() or not done():
                await self.arrived.wait()
                self.arrived.clear()

    async def next(self, kind):
        """Take until something of this kind has come, and return the first; everything up to it is forgotten."""
        await self.until(lambda: any(isinstance(item, kind) for item in self.got))
        at = next(at for at, item in enumerate(self.got) if isinstance(item, kind))
        found, self.got = self.got[at], self.got[at + 1 :]
        return found


class Person(Listener):
    """A connection and a store, joined as a screen joins them."""

    def __init__(self, url, **options):
        self.store = Store("t")
        self.missed = []
        super().__init__(url, resume=lambda: self.store.resume_point, **options)

    def take(self):
        """Feed the store in order, then send what it wants sent."""
        while self.connection.waiting:
            for item in self.connection.take():
                match item:
                    case Lost() | TurnedAway():
                        self.store.disconnected()
                    case Connected():
                        pass
                    case _ if hasattr(item, "host"):
                        pass
                    case event:
                        change = self.store.apply(event, 0.0)
                        self.missed += [] if change.missed is None else [change.missed]
        for _, line in self.store.outbox.to_send(asyncio.get_running_loop().time()):
            if not self.connection.send(line):
                break
        if wait := self.store.outbox.wait(asyncio.get_running_loop().time()):
            asyncio.get_running_loop().call_later(wait, self.arrived.set)

    def say(self, line):
        """As the composer does it."""
        self.store.say(parse_command(line), line)
        self.take()

    @property
    def texts(self):
        """What is in the history."""
        return [message.text for message in self.store.messages.values()]


class Room:
    """A server for one person: keeps, numbers, resumes, and takes a token once."""

    def __init__(self):
        self.kept = []
        self.tokens = {}
        self.heard = []
        self.silent = False  # keeps what it hears, and hangs up in place of an answer

    async def handler(self, socket):
        """One connection."""
        resume = socket.request.path.partition("resume=e1.")[2]
        await socket.send(self.greeting(int(resume) if resume else None))
        async for line in socket:
            self.heard.append(line)
            _, token, text = line.split(" ", 2)
            if token not in self.tokens:
                self.tokens[token] = self.entry(text, token)
                self.kept.append(self.tokens[token])
            if self.silent:
                self.silent = False
                socket.transport.abort()
                return
            broadcast({socket}, json.dumps(self.tokens[token]))

    def entry(self, text, token=None, sender="~me"):
        """One message."""
        number = len(self.kept) + 1
        return {
            "type": "message", "id": number, "seq": number, "text": text, "reply_to": None, "from_id": sender,
            "from_name": sender, "to_id": None, "sent_at": 0.0, "txn": token,
        }  # fmt: skip

    def greeting(self, since):
        """The first event, from `since` on or in full."""
        return json.dumps({
            "type": "init", "epoch": "e1", "seq": len(self.kept), "now": 0.0, "resumed": since is not None,
            "deleted": [], "more": False, "limits": {}, "you": {"id": "~me", "name": "me"},
            "clients": [{"id": "~me", "name": "me"}], "messages": self.kept[since or 0 :],
        })  # fmt: skip


@asynccontextmanager
async def serving(handler, port=0, **options):
    """A WebSocket server on the loopback; gives its port."""
    async with serve(handler, "127.0.0.1", port, **options) as server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def tcp(handler):
    """Anything that listens on the loopback; gives its port."""
    closing = asyncio.Event()

    async def wrapped(reader, writer):
        try:
            await handler(reader, writer, closing)
        finally:
            writer.close()

    async with await asyncio.start_server(wrapped, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        closing.set()


async def free_port():
    """A port of the loopback where nobody listens."""
    async with serving(greet) as port:
        return port


async def greet(socket):
    """Greet, and stay as long as the other side does."""
    await socket.send(INIT)
    await socket.wait_closed()
