"""`chat-tui --plain` as a listener that was held up: it tells everything that the server still has, once, in order."""

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from websockets.sync.client import connect

from plain_chat import PlainChat
from processes import Server, running_server

pytestmark = pytest.mark.timeout(240)  # megabytes through four programs, on a machine that may have more to do

# What is said must be more than the kernel holds between two programs, some 6 MB, before a reader counts as slow.
SHORT = (2_500, 4_000)
LONG = pytest.param((60_000, 200), marks=pytest.mark.long)
SLOW = ("--rate-limit", "off", "--slow-after", "1")
PACE = 1_000
"""Lines that may be under way, so that who says them is not the one that is too slow."""
THERE = "you missed some messages; here they are, oldest first:"


def say(server: Server, first: int, count: int, size: int = 0, *, until_left: bool = False) -> None:
    """Somebody says numbered lines and hears them; `until_left`, and then waits until a client is closed."""
    with connect(f"{server.url}/?name=ci", proxy=None, max_queue=None, max_size=None) as writer:
        heard, left = first - 1, False
        for number in range(first, first + count):
            writer.send(f"line {number} {'x' * size}")
            while heard < number - PACE or (number == first + count - 1 and (heard < number or left < until_left)):
                event = json.loads(writer.recv())
                left = left or bool(event.get("left"))
                if line := re.match(r"line (\d+) ", f"{event.get('text', '')} "):
                    heard = int(line[1])


def told(text: str) -> list[int]:
    """The numbers of the lines, as they were told."""
    return [int(number) for number in re.findall(r"^\d\d:\d\d #\d+ ci: line (\d+)", text, re.MULTILINE)]


@contextmanager
def stopped(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """A process that does nothing for as long as this lasts."""
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


@contextmanager
def listener(tmp_path: Path, *options: str) -> Iterator[tuple[Server, PlainChat]]:
    """A program that listens, and has heard line 0."""
    with running_server(*SLOW, *options) as server, PlainChat(server.url, home=tmp_path / "ana") as ana:
        ana.hears("connected to")
        say(server, 0, 1)
        ana.hears("ci: line 0")
        yield server, ana


@pytest.mark.parametrize("flood", [SHORT, LONG])
def test_a_listener_that_was_stopped_misses_nothing(tmp_path: Path, flood: tuple[int, int]) -> None:
    """It is closed as slow, comes back, and pages from where it was; what comes meanwhile waits its turn."""
    count, size = flood
    with listener(tmp_path, "--history", "100000") as (server, ana):
        with stopped(ana.process):
            say(server, 1, count, size, until_left=True)
        say(server, count + 1, 1)
        ana.hears(f"ci: line {count + 1}")
        assert ana.ends() == 0
        assert told(ana.out) == list(range(count + 2))
        assert THERE in ana.out


@pytest.mark.parametrize("flood", [SHORT, LONG])
def test_a_full_pipe_loses_nothing(tmp_path: Path, flood: tuple[int, int]) -> None:
    """Whoever reads what it writes holds it up; when they go on, so does it."""
    count, size = flood
    with listener(tmp_path, "--history", "100000") as (server, ana):
        say(server, 1, count, size, until_left=True)  # nobody reads meanwhile
        ana.hears(f"ci: line {count} ")
        assert ana.ends() == 0
        assert told(ana.out) == list(range(count + 1))


@pytest.mark.parametrize("flood", [SHORT, LONG])
def test_what_the_server_has_no_more_is_one_line_and_a_status(tmp_path: Path, flood: tuple[int, int]) -> None:
    """How many at most, in the place where they would be; the rest is whole."""
    count, size = flood
    with listener(tmp_path, "--history", "500") as (server, ana):
        with stopped(ana.process):
            say(server, 1, count, size, until_left=True)
        ana.hears(f"ci: line {count} ")
        assert ana.ends("I am done") == 3
        numbers = told(ana.out)
        first = next(number for before, number in pairwise(numbers) if number > before + 1)
        heard = numbers.index(first)
        assert numbers == [*range(heard), *range(count - 499, count + 1)]
        lost = [line for line in ana.out.splitlines() if "missing" in line]
        assert [line[6:] for line in lost] == [
            f"up to {first - heard:,} messages are missing here: the server no longer has them"
        ]
        assert ana.err.startswith("chat-tui: no connection, retrying: ")
