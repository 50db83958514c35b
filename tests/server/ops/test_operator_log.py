"""The operator's log: nobody waits for it, it is bounded, and it says what it has left out."""

import logging
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from websockets.sync.client import connect

from chat_server.ops.operator_log import OperatorLog, SameLines
from processes import Server

PATIENCE = 20.0


class Reader:
    """Whoever reads the lines: takes none while `stopped`, and refuses them while `full`."""

    def __init__(self):
        self.lines = queue.SimpleQueue()
        self.going = threading.Event()
        self.going.set()
        self.taken = threading.Event()
        self.full = False
        self.refused = queue.SimpleQueue()

    def write(self, line):
        """Take a line."""
        self.taken.set()
        self.going.wait()
        if self.full:
            self.refused.put(line)
            raise OSError(28, "No space left on device")
        self.lines.put(line.decode())

    def next(self):
        """The next line, without its time."""
        return self.lines.get(timeout=PATIENCE).split(maxsplit=2)[2]


@pytest.fixture
def reader():
    """Somebody who reads."""
    return Reader()


@pytest.fixture
def log(reader):
    """A logger whose lines go to the reader; its minutes pass only when `clock` says so."""
    logger = logging.getLogger("test_operator_log")
    logger.propagate = False
    logger.clock = 0.0
    handler = OperatorLog(reader.write, lambda: logger.clock)
    logger.addHandler(handler)
    logger.operators, logger.end = handler, handler.end
    yield logger
    logger.removeHandler(handler)
    reader.full = False
    reader.going.set()
    handler.end(PATIENCE)


def test_a_line_is_as_ever(log, reader):
    """Level and text; a fault with its traceback."""
    log.warning("closed %s", "bob")
    assert reader.next() == "WARNING closed bob\n"
    log.error("a session failed", exc_info=ValueError("x"))
    assert reader.next() == "ERROR a session failed\nValueError: x\n"


def test_nobody_waits_for_a_reader_that_reads_nothing(log, reader):
    """What is too much is dropped and counted; when it reads again, it is told how many are missing."""
    reader.going.clear()
    log.warning("first")
    assert reader.taken.wait(PATIENCE)
    for number in range(1500):
        log.warning(f"kind {number % 200}")  # noqa: G004 - as many kinds of lines
    reader.going.set()
    log.end(PATIENCE)
    assert reader.next() == "WARNING first\n"
    assert reader.next() == "WARNING lines that could not be written: 500\n"
    assert [reader.next() for _ in range(1000)] == [f"WARNING kind {number % 200}\n" for number in range(1000)]
    assert reader.lines.empty()


def test_a_full_disk_behind_it_is_counted(log, reader):
    """And told when there is room again."""
    reader.full = True
    for number in range(3):
        log.warning("line %d", number)
    assert [reader.refused.get(timeout=PATIENCE) for _ in range(3)]
    reader.full = False
    log.warning("after")
    assert reader.next() == "WARNING after\n"
    assert reader.next() == "WARNING lines that could not be written: 3\n"


def test_of_the_same_line_ten_a_minute_pass(log, reader):
    """The values in it don't count; the others are told as a number, and another kind has its own ten."""
    for number in range(47):
        log.warning("closed a client: %d", number)
    log.error("another")
    for number in range(10):
        assert reader.next() == f"WARNING closed a client: {number}\n"
    assert reader.next() == "ERROR another\n"
    log.clock = 61.0
    log.warning("closed a client: %d", 47)
    assert reader.next() == "WARNING … and 37 more within a minute: closed a client: %d\n"
    assert reader.next() == "WARNING closed a client: 47\n"


def test_values_that_do_not_fit_end_nothing(log, reader):
    """A line that can't be written is counted as any other."""
    log.operators.handle(logging.LogRecord("", logging.WARNING, "", 0, "%d", ("no number",), None))
    log.warning("next")
    assert reader.next() == "WARNING lines that could not be written: 1\n"
    assert reader.next() == "WARNING next\n"


def test_kinds_are_bounded():
    """Who makes up new lines for ever fills no memory."""
    same = SameLines()
    assert same.surplus(0.0) == []
    assert sum(same.may_pass((30, str(number))) for number in range(10_000)) == 500
    assert same.surplus(59.0) == []
    assert same.surplus(60.0) == [((30, "other lines"), 9_500)]
    assert same.may_pass((30, "new"))


def test_a_server_whose_stderr_nobody_reads_serves_and_ends():
    """However many lines it has for it."""
    with subprocess.Popen(
        [sys.executable, "-c", _FLOODED, "--host", "127.0.0.1", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            port = int(server.stdout.readline())
            with connect(f"ws://127.0.0.1:{port}", proxy=None, open_timeout=PATIENCE) as ana:
                ana.send("hello")
                while '"text":"hello"' not in ana.recv(PATIENCE):
                    pass
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE) == 0


_FLOODED = """
import logging, os, re, sys
from chat_server import cli

class Told(logging.Handler):
    def emit(self, record):
        if found := re.search(r"127.0.0.1:(\\d+)", record.getMessage()):
            for number in range(20_000):
                logging.getLogger().warning("line %d of nobody" + " " * (number % 400), number)
            os.write(1, f"{found[1]}\\n".encode())

logging.getLogger("chat_server").addHandler(Told())
sys.exit(cli.main())
"""


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_server_without_a_standard_stream_keeps_its_files(tmp_path, closed):
    """No file of it gets the number of a stream, and what is meant for that."""
    log = tmp_path / "chat.db"
    command = f'exec "$0" -m chat_server --host 127.0.0.1 --port 0 --log sqlite:{log} {closed}'
    with subprocess.Popen(["sh", "-c", command, sys.executable]) as server:
        try:
            while server.poll() is None and not (tmp_path / "chat.db-shm").exists():
                pass
            files = {number: _target(server.pid, number) for number in (0, 1, 2)}
        finally:
            server.terminate()
        assert server.wait(PATIENCE) == 0
    assert all("chat.db" not in name and "socket" not in name for name in files.values())


def _target(pid, number):
    return str(Path(f"/proc/{pid}/fd/{number}").readlink())


def test_a_server_says_what_it_has_to(tmp_path):
    """Its ready line, and its last one after all others."""
    server = Server()
    assert server.stop() == 0
    assert "listens on" in server.log
    assert server.log.endswith("INFO chat-server has stopped\n")
