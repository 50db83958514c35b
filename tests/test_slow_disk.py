"""While the disk takes its time, nothing is shown that a loss of power would take back."""

import asyncio
import json
from contextlib import asynccontextmanager, suppress

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from power_loss import sqlite_library
from processes import Server
from slow_disk import SlowDisk

PATIENCE = 20.0
pytestmark = pytest.mark.skipif(
    sqlite_library() is None, reason="Python's SQLite is built in, and has no names to reach its VFS by"
)


class Client:
    """Somebody at the server, and everything about messages that came."""

    def __init__(self, socket):
        self.socket = socket
        self.init = {}
        self.seen = []
        self._here = asyncio.create_task(self._read())

    async def _read(self):
        with suppress(ConnectionClosed):
            async for frame in self.socket:
                event = json.loads(frame)
                if event["type"] == "init":
                    self.init = event
                elif event["type"] != "clients":
                    self.seen.append(event)

    async def until(self, holds):
        """Wait until something holds of what came."""
        async with asyncio.timeout(PATIENCE):
            while not holds(self):  # noqa: ASYNC110 - many kinds of events count
                await asyncio.sleep(0.001)

    async def caught_up(self):
        """Everything that the server had sent before has come."""
        await (await self.socket.ping())
        await asyncio.sleep(0)

    async def left(self):
        """Close, and let the reader end."""
        await self.socket.close()
        await self._here


@asynccontextmanager
async def client(server):
    """Somebody who is connected and greeted."""
    async with connect(server.url, compression=None, proxy=None) as socket:
        somebody = Client(socket)
        await somebody.until(lambda client: client.init)
        try:
            yield somebody
        finally:
            await somebody.left()


@asynccontextmanager
async def on_a_slow_disk(tmp_path):
    """A server, its disk, and the options with which it may be started again."""
    disk = SlowDisk(tmp_path / "disk")
    (tmp_path / "log").mkdir()
    options = ("--log", f"sqlite:{tmp_path / 'log' / 'chat.db'}", "--rate-limit", "off")
    server = await asyncio.to_thread(Server, *options, program=disk.program)
    try:
        yield server, disk, options
    finally:
        await asyncio.to_thread(server.end)


def texts(messages):
    """What messages say."""
    return [message["text"] for message in messages if message["type"] == "message"]


async def test_nothing_is_shown_before_it_is_kept(tmp_path):
    """A line or a deletion whose commit hangs is shown to nobody: not to its sender, to others, or to newcomers."""
    async with (
        on_a_slow_disk(tmp_path) as (server, disk, _),
        client(server) as ana,
        client(server) as bob,
    ):
        await ana.socket.send("first")
        await bob.until(lambda bob: texts(bob.seen) == ["first"])
        await ana.caught_up()
        for line, shown in (("second", {"message"}), ("/delete 1", {"delete"})):
            ana.seen.clear()
            bob.seen.clear()
            with disk.held():
                await ana.socket.send(line)
                await disk.commit_waits()
                for _ in range(3):
                    await ana.caught_up()
                    await bob.caught_up()
                async with client(server) as newcomer:
                    assert newcomer.init["seq"] == bob.init["seq"] + 1 + (line != "second")
                    assert 1 in [message["id"] for message in newcomer.init["messages"]]
                assert ana.seen == bob.seen == []
            for person in (ana, bob):
                await person.until(lambda person, shown=shown: {event["type"] for event in person.seen} == shown)


async def test_what_was_never_kept_was_never_shown(tmp_path):
    """The power goes while a commit hangs: its line is not there afterwards, and those before it are."""
    async with on_a_slow_disk(tmp_path) as (server, disk, options):
        async with client(server) as ana, client(server) as bob:
            await ana.socket.send("kept")
            await bob.until(lambda bob: texts(bob.seen) == ["kept"])
            with disk.held():
                await ana.socket.send("lost")
                await disk.commit_waits()
                await bob.caught_up()
                await asyncio.to_thread(server.kill)
            assert texts(bob.seen) == ["kept"]
            disk.lose_power(tmp_path / "log" / "chat.db")
        again = await asyncio.to_thread(Server, *options, program=disk.program)
        try:
            async with client(again) as cat:
                assert texts(cat.init["messages"]) == ["kept"]
        finally:
            await asyncio.to_thread(again.end)
