"""`--plain` reads and writes lines without waiting for whoever is at the other end, and bounded."""

import asyncio
import os
from contextlib import contextmanager
from pathlib import Path

import pytest

from chat_tui.plain.streams import MOST_AHEAD, MOST_LINE_BYTES, MOST_WAITING_BYTES, Input, Line, Output, Splitter
from chatting import PATIENCE


@pytest.mark.parametrize(
    ("chunks", "lines"),
    [
        ([b"one\ntwo\n"], ["one", "two"]),
        ([b"o", b"ne\n", b"\n", b"two"], ["one", "", "two"]),
        ([b"\xe2\x8f", b"\x8e\n\xff\n"], ["⏎", "\ufffd"]),
        ([b"\r\n"], ["\r"]),
        ([], []),
    ],
)
def test_bytes_into_lines(chunks, lines):
    """Wherever the reads cut them; the last line needs no end; what is no text is shown as such."""
    splitter = Splitter("utf-8")
    assert [line for chunk in chunks for line in splitter.feed(chunk)] + splitter.end() == [
        Line(line, cut=False) for line in lines
    ]


def test_a_line_without_an_end_is_cut():
    """It says so, and the next one is whole."""
    splitter = Splitter("utf-8")
    for _ in range(10):
        assert splitter.feed(b"x" * MOST_LINE_BYTES) == []
    assert splitter.feed(b"\nnext\n") == [Line("x" * MOST_LINE_BYTES, cut=True), Line("next", cut=False)]


@contextmanager
def pipe():
    """A pipe whose ends are files."""
    reader, writer = os.pipe()
    with os.fdopen(reader, "r", encoding="utf-8") as read, os.fdopen(writer, "w", encoding="utf-8") as write:
        yield read, write


async def test_the_end_is_known_though_nothing_was_taken():
    """A little is read ahead; and no more than a little."""
    arrived = asyncio.Event()
    with pipe() as (read, write):
        lines = Input(read, arrived.set)
        lines.start()
        write.write("one\ntwo")
        write.close()
        async with asyncio.timeout(PATIENCE):
            while not lines.ended:
                await arrived.wait()
                arrived.clear()
        assert lines.rest() == ["one", "two"]
        assert (lines.take(), lines.take(), lines.take()) == (Line("one", cut=False), Line("two", cut=False), None)


def test_what_has_been_read_can_be_taken_after_a_stop():
    """Nothing that was read is lost silently; what comes then is not taken in."""
    with pipe() as (read, _):
        lines = Input(read, list)
        lines.feed(b"one\ntwo\nthr")
        lines.stop()
        lines.feed(b"ee\n")
        assert lines.ended
        assert lines.rest() == ["one", "two"]
        assert [line.text for line in iter(lines.take, None)] == ["one", "two"]


async def test_whoever_writes_too_fast_has_to_wait():
    """Nothing is lost, and nothing grows without bound."""
    arrived = asyncio.Event()
    with pipe() as (read, write):
        lines = Input(read, arrived.set)
        lines.start()
        line = "x" * 50_000 + "\n"
        writing = asyncio.create_task(asyncio.to_thread(_write, write, line * 100))
        most = taken = 0
        async with asyncio.timeout(PATIENCE):
            while not (lines.ended and not lines.rest()):
                while lines.waiting <= MOST_AHEAD and not lines.ended:
                    await arrived.wait()
                    arrived.clear()
                most = max(most, lines.waiting)
                taken += lines.take() is not None
            await writing
        assert taken == 100
        assert MOST_AHEAD < most < 2 * MOST_AHEAD


def _write(file, text):
    with file:
        file.write(text)


async def test_no_input_at_all():
    """Where standard input is closed, it has ended."""
    lines = Input(None, list)
    lines.start()
    assert lines.ended
    assert lines.take() is None


async def test_a_reader_that_does_not_read_holds_up_whoever_writes():
    """It is told when there is too much, and when there is room; what was written comes in order, all of it."""
    failures, flow = [], []
    with pipe() as (read, write):
        output = Output(write, failures.append, lambda: flow.append(output.full))
        output.start()
        count = 0
        while not output.full:
            output.write(f"{count:999}")
            count += 1
        assert MOST_WAITING_BYTES < output.waiting <= MOST_WAITING_BYTES + 1000
        output.write("one more")
        got = asyncio.create_task(asyncio.to_thread(read.read))
        await asyncio.wait_for(output.drained(), PATIENCE)
        output.write("after")
        await asyncio.wait_for(output.drained(), PATIENCE)
        output.close()
        write.close()
        *numbers, more, after = (await got).splitlines()
    assert list(map(int, numbers)) == list(range(count))
    assert (more, after, flow, failures) == ("one more", "after", [True, False], [])


async def test_a_reader_that_goes_away_is_noticed():
    """Before the next line too, once; what is written then goes nowhere."""
    failed = asyncio.Event()
    failures = []
    with pipe() as (read, write):
        output = Output(write, lambda error: (failures.append(error), failed.set()))
        output.start()
        output.write("one")
        assert read.readline() == "one\n"
        read.close()
        await asyncio.wait_for(failed.wait(), PATIENCE)
        output.write("two")
        await output.drained()
    assert [type(failure) for failure in failures] == [BrokenPipeError]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full disk at hand")
async def test_a_full_disk_is_a_failure():
    """Told once."""
    failures = []
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: ASYNC230, PTH123 - never waits
        output = Output(full, failures.append)
        output.start()
        output.write("one")
        output.write("two")
    assert [failure.errno for failure in failures] == [28]


async def test_letters_that_the_output_does_not_have():
    """They are replaced, and nothing fails."""
    with pipe() as (read, write):
        write.reconfigure(encoding="ascii")
        output = Output(write, print)
        output.start()
        output.write("zoë ⏎")
        assert read.readline() == "zo? ?\n"
        output.close()


async def test_no_output_at_all():
    """Where standard output is closed, lines go nowhere."""
    output = Output(None, print)
    output.start()
    output.write("one")
    await output.drained()
    output.close()
