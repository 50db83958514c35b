"""A file system that is frozen, for real, under a server's log: `fsfreeze` on a file that is mounted as a disk.

It wants root, and a system that lets it mount. Nothing but the kernel's own waiting is like it: a thread that writes
there can't even be killed.
"""

import asyncio
import json
import os
import shutil
import subprocess
from contextlib import contextmanager, suppress

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from processes import Server

PATIENCE = 30.0
pytestmark = pytest.mark.long


def run(*command):
    """Run a command; does it succeed?"""
    return subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE).returncode == 0


@pytest.fixture
def mount(tmp_path):
    """A folder that is a disk of its own."""
    if os.geteuid() or not all(map(shutil.which, ("mkfs.ext4", "mount", "fsfreeze"))):
        pytest.skip("it wants root, mkfs.ext4, mount and fsfreeze")
    image, folder = tmp_path / "image", tmp_path / "disk"
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(32 << 20)
    if not (run("mkfs.ext4", "-q", str(image)) and run("mount", "-o", "loop", str(image), str(folder))):
        pytest.skip("this system does not let a file be mounted")
    yield folder
    assert run("umount", str(folder))


@contextmanager
def frozen(mount):
    """Nothing is written there while this lasts."""
    assert run("fsfreeze", "-f", str(mount))
    try:
        yield
    finally:
        assert run("fsfreeze", "-u", str(mount))


async def health(server):
    """The answer to a probe."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET /healthz HTTP/1.0\r\n\r\n")
    answer = await reader.read()
    writer.close()
    return answer


async def until(socket, kind):
    """The next event of this kind."""
    async with asyncio.timeout(PATIENCE):
        while (event := json.loads(await socket.recv()))["type"] != kind:
            pass
    return event


async def test_a_frozen_file_system(mount):
    """It is told; SIGTERM says goodbye and frees the port meanwhile; then nothing is lost and nothing twice."""
    secret = {"Authorization": f"Bearer {'a' * 64}"}
    options = ("--log", f"sqlite:{mount / 'chat.db'}", "--rate-limit", "off")
    server = await asyncio.to_thread(Server, *options)
    try:
        async with connect(server.url, proxy=None, additional_headers=secret) as ana:
            await ana.send("before")
            await until(ana, "message")
            with frozen(mount):
                await ana.send("/txn t1 meanwhile")
                assert (await until(ana, "error"))["code"] == "waiting"
                assert b" 503 " in await health(server)
                server.process.terminate()
                with pytest.raises(ConnectionClosed) as closed:
                    await until(ana, "message")
                assert closed.value.rcvd.code == 1012
                async with asyncio.timeout(PATIENCE):
                    with suppress(OSError):
                        while True:
                            await health(server)
                rest = await asyncio.to_thread(server.process.stderr.readline)
                while rest and "forced to stop" not in rest:
                    rest = await asyncio.to_thread(server.process.stderr.readline)
                assert "may be lost" in rest
        await asyncio.to_thread(server.process.communicate, timeout=PATIENCE)
        assert server.process.returncode == 1
    finally:
        await asyncio.to_thread(server.end)
    again = await asyncio.to_thread(Server, *options)
    try:
        async with connect(again.url, proxy=None, additional_headers=secret) as ana:
            init = await until(ana, "init")
            await ana.send("/txn t1 meanwhile")
            await ana.send("after")
            texts = [message["text"] for message in init["messages"]]
            while texts[-1] != "after":
                texts.append((await until(ana, "message"))["text"])
            assert list(dict.fromkeys(texts)) == ["before", "meanwhile", "after"]
            await ana.send("/search meanwhile")
            assert len((await until(ana, "search"))["messages"]) == 1
        assert await asyncio.to_thread(again.stop) == 0
    finally:
        await asyncio.to_thread(again.end)
