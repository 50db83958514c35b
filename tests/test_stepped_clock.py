"""A computer whose clock is wrong and is set, for real: the program `faketime` shows it to a server that runs."""

import asyncio
import json
import shutil
import subprocess
import sys
import time
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import connect

from processes import Server

PATIENCE = 90.0
DAY = 86_400.0
YEAR = 365 * DAY
pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(300),
    pytest.mark.skipif(shutil.which("faketime") is None, reason="it wants the program faketime"),
]


class WallClock:
    """The clock that a server sees: off by so much."""

    def __init__(self, folder):
        self._file = folder / "clock"
        self.off = 0.0

    def set(self, off):
        """Set it."""
        self.off = off
        fresh = self._file.with_name("clock.new")
        fresh.write_text(f"{off:+f}")
        fresh.replace(self._file)

    @property
    def program(self):
        """What runs a program that sees it; nothing but the wall's clock is touched."""
        return (
            "env", f"FAKETIME_TIMESTAMP_FILE={self._file}", "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1",
            f"LD_PRELOAD={_library()}",
        )  # fmt: skip


def _library():
    asked = subprocess.run(["faketime", "-f", "+0d", "env"], capture_output=True, text=True, check=True)
    return next(line.partition("=")[2] for line in asked.stdout.splitlines() if line.startswith("LD_PRELOAD="))


@pytest.fixture
def clock(tmp_path):
    """A clock that is right."""
    clock = WallClock(tmp_path)
    clock.set(0.0)
    return clock


@asynccontextmanager
async def room(tmp_path, clock, *options):
    """A server on the log, and somebody in its room."""
    command = ("--log", f"sqlite:{tmp_path / 'chat.db'}", "--rate-limit", "off", *options)
    server = await asyncio.to_thread(Server, *command, under=clock.program)
    try:
        async with connect(server.url, proxy=None, compression=None) as socket:
            yield server, Somebody(socket, clock)
        assert await asyncio.to_thread(server.stop) == 0
    finally:
        await asyncio.to_thread(server.end)


class Somebody:
    """Says something and sees what comes of it."""

    def __init__(self, socket, clock):
        self.socket, self.clock = socket, clock

    async def until(self, **wanted):
        """The next event with these fields."""
        async with asyncio.timeout(PATIENCE):
            while True:
                event = json.loads(await self.socket.recv())
                if wanted.items() <= event.items():
                    return event

    async def said(self, line, text):
        """Say it; returns the message."""
        await self.socket.send(line)
        return await self.until(type="message", text=text)

    async def stamped(self, off):
        """Say lines until one is stamped by a clock that is off by so much."""
        async with asyncio.timeout(PATIENCE):
            while abs((await self.said("now", "now"))["sent_at"] - time.time() - off) > 5.0:  # noqa: ASYNC110 - only what is said has a stamp
                await asyncio.sleep(1.0)


def exported(tmp_path, clock):
    """The texts that an export has."""
    command = [*clock.program, sys.executable, "-m", "chat_server", "export", str(tmp_path / "chat.db")]
    done = subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE)
    return [json.loads(line)["text"] for line in done.stdout.splitlines()]


@pytest.mark.parametrize("step", [-3 * DAY, 3 * DAY, 10 * YEAR])
async def test_stamps_are_right_once_the_clock_is(tmp_path, clock, step):
    """Set while a server runs, it is followed; what has an end ends neither early nor late by that."""
    async with room(tmp_path, clock, "--keep", "30d") as (server, ana):
        await ana.said("before", "before")
        short = await ana.said("/temp 45 short", "short")
        began = time.monotonic()
        await ana.said("/temp 3600 long", "long")
        clock.set(step)
        await ana.stamped(step)
        assert (await ana.until(type="delete"))["id"] == short["id"]
        assert 43 <= time.monotonic() - began <= 60
        clock.set(0.0)
        await ana.stamped(0.0)
    assert "the computer's clock changed by" in server.log
    assert {"before", "long"} <= set(exported(tmp_path, clock))
    async with room(tmp_path, clock, "--keep", "30d") as (server, ana):
        texts = [message["text"] for message in (await ana.until(type="init"))["messages"]]
        assert {"before", "long"} <= set(texts)
        assert "short" not in texts


async def test_a_start_ten_years_ahead_prunes_nothing(tmp_path, clock):
    """It says so; set right, stamps are right, and nothing is lost at the next start either."""
    async with room(tmp_path, clock, "--keep", "30d") as (_, ana):
        await ana.said("old", "old")
        await ana.said("/temp 3600 ends", "ends")
    clock.set(10 * YEAR)
    async with room(tmp_path, clock, "--keep", "30d") as (server, ana):
        assert [message["text"] for message in (await ana.until(type="init"))["messages"]] == ["old", "ends"]
        await ana.said("meanwhile", "meanwhile")
        clock.set(0.0)
        await ana.stamped(0.0)
    assert "the computer's clock is 365" in server.log
    for keep in ("30d", "1y"):
        async with room(tmp_path, clock, "--keep", keep) as (_, ana):
            init = await ana.until(type="init")
            assert [message["text"] for message in init["messages"]][:3] == ["old", "ends", "meanwhile"]
            assert abs((await ana.said("after", "after"))["sent_at"] - time.time()) < 5.0


async def test_a_start_three_days_behind(tmp_path, clock):
    """What is said then has the wrong time, until the clock is set right; ends are kept."""
    clock.set(-3 * DAY)
    async with room(tmp_path, clock) as (_, ana):
        await ana.stamped(-3 * DAY)
        await ana.said("/temp 600 ends", "ends")
        clock.set(0.0)
        await ana.stamped(0.0)
    async with room(tmp_path, clock) as (_, ana):
        init = await ana.until(type="init")
        (ends,) = [message for message in init["messages"] if message["text"] == "ends"]
        assert 400 < ends["expires_at"] - init["now"] < 600
        await ana.stamped(0.0)
