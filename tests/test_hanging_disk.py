"""A disk that hangs, and files that go, while a server runs: it is told, and nobody waits for ever."""

import asyncio
import json
import re
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from chatting import PATIENCE
from power_loss import sqlite_library
from processes import Server
from slow_disk import SlowDisk

on_a_disk_of_ours = pytest.mark.skipif(
    sqlite_library() is None, reason="Python's SQLite is built in, and has no names to reach its VFS by"
)


async def health(server):
    """The status line's number and the text of /healthz."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET /healthz HTTP/1.0\r\n\r\n")
    answer = (await reader.read()).decode()
    writer.close()
    return int(answer.split()[1]), answer.rpartition("\r\n\r\n")[2]


async def becomes(server, *answer):
    """Wait until /healthz has this status and this text."""
    async with asyncio.timeout(PATIENCE):
        while await health(server) != answer:  # noqa: ASYNC110 - it is another process that changes
            await asyncio.sleep(0.02)


async def event(socket, **wanted):
    """The next event with these fields."""
    async with asyncio.timeout(PATIENCE):
        while True:
            event = json.loads(await socket.recv())
            if wanted.items() <= event.items():
                return event


@asynccontextmanager
async def server_on(path, **more):
    """A server whose log is in a file."""
    server = await asyncio.to_thread(Server, "--log", f"sqlite:{path}", "--rate-limit", "off", **more)
    try:
        yield server
    finally:
        await asyncio.to_thread(server.end)


def somebody(server):
    """A connection."""
    return connect(server.url, compression=None, proxy=None, close_timeout=1)


@pytest.mark.skipif(
    sqlite_library() is None, reason="Python's SQLite is built in, and has no names to reach its VFS by"
)
async def test_a_disk_that_hangs_is_told_and_passes(tmp_path):
    """To /healthz, to who waits, to who comes, and to the operator; then what waited is kept, and all is well."""
    disk = SlowDisk(tmp_path / "disk")
    async with server_on(tmp_path / "chat.db", program=disk.program) as server, somebody(server) as ana:
        assert await health(server) == (200, "ok\n")
        with disk.held():
            await ana.send("hello")
            await becomes(server, 503, "Can't save messages: the disk is not responding.\n")
            told = await event(ana, type="error")
            assert (told["code"], told.get("txn")) == ("waiting", None)
            assert told["text"] == "The server can't save messages right now: the disk is not responding."
            async with somebody(server) as bob:
                assert (await event(bob, type="error"))["text"] == told["text"]
        await event(ana, type="message", text="hello")
        await becomes(server, 200, "ok\n")
        assert await asyncio.to_thread(server.stop) == 0
    assert server.log.count("ERROR can't save messages: the disk is not responding\n") == 1
    assert server.log.count("messages can be saved again\n") == 1


@pytest.mark.skipif(
    sqlite_library() is None, reason="Python's SQLite is built in, and has no names to reach its VFS by"
)
async def test_a_server_ends_though_its_disk_hangs(tmp_path):
    """In bounded time, with a goodbye to everyone; its status and its last line say that something may not be kept."""
    disk = SlowDisk(tmp_path / "disk")
    async with server_on(tmp_path / "chat.db", program=disk.program) as server, somebody(server) as ana:
        with disk.held():
            await ana.send("hello")
            await disk.commit_waits()
            stopping = asyncio.create_task(asyncio.to_thread(server.stop))
            with pytest.raises(ConnectionClosed) as closed:
                await event(ana, type="message")
            assert closed.value.rcvd.code == 1012
            assert await stopping == 1
    assert server.log.endswith(
        "CRITICAL chat-server was forced to stop: the disk is not responding, and the last messages may be lost\n"
    )


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm"])
@pytest.mark.parametrize("how", ["removed", "moved", "replaced"])
async def test_lines_are_refused_when_the_log_is_not_where_it_was(tmp_path, suffix, how):
    """Never told as kept: what is written into a file that nobody finds is lost. Others keep their words."""
    path = tmp_path / "chat.db"
    file = tmp_path / f"chat.db{suffix}"
    async with server_on(path) as server, somebody(server) as ana:
        await ana.send("kept")
        await event(ana, type="message")
        aside = file.rename(tmp_path / "aside")
        if how == "removed":
            aside.unlink()
        elif how == "replaced":
            file.write_bytes(aside.read_bytes())
        await ana.send("lost")
        refused = await event(ana, type="error")
        reason = "its files were moved or removed while in use"
        assert (refused["code"], refused["text"]) == ("not_kept", f"The server couldn't save that: {reason}.")
        await becomes(server, 503, f"Can't save messages: {reason}.\n")
        if how == "moved":
            aside.rename(file)
            await ana.send("kept again")
            assert (await event(ana, type="message"))["text"] == "kept again"
            await becomes(server, 200, "ok\n")
        await asyncio.to_thread(server.stop)
    assert re.search(f"ERROR can't save messages: {reason}\n", server.log)
