"""Nothing that other people write acts on the terminal, wherever it is shown: read off the bytes that reach it."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.sync.client import ClientConnection, connect

from processes import chat_tui, running_server, seed_server
from seed_server import ATTACKS
from terminal import Terminal

# What Textual itself writes: colours, cursor movement, modes, queries, the mouse pointer's shape; and from us the
# question for the background (OSC 11), the addresses of the web that are read on the screen (OSC 8) and, while the
# terminal is in the background, a title with a number, a bell with a notification; nothing else.
OWN_SEQUENCES = re.compile(
    rb"\x1b\[[0-9;]*m"
    rb"|\x1b\[[0-9;]*[HABCDJK]|\x1b[78]"
    rb"|\x1b\[\?[0-9;]+[hl]"
    rb"|\x1b\[\?[0-9;]+\$p"
    rb"|\x1b\[[<>=]?[0-9;]*[utc]"
    rb"|\x1b\]22;[a-z-]+\x07"
    rb"|\x1b\]11;\?\x1b\\"
    rb"|\x1b\]2;(?:\([0-9]+\) )?chat\x07"
    rb"|\x07\x1b\]9;chat: (?P<words>[^\x00-\x1f\x7f;]{,200})\x07"
    rb"|\x1b\]8;(?:id=[0-9]+;https?://[A-Za-z0-9.%-]+(?:/[!-~]*)?|;)\x1b\\"
)
CTRL_Q = b"\x11"
PAGE_UP = b"\x1b[5~"
FOCUS_IN, FOCUS_OUT = b"\x1b[I", b"\x1b[O"
KEPT_TITLE, OLD_TITLE = b"\x1b[22;2t\x1b]2;(", b"\x1b]2;chat\x07\x1b[23;2t"
LOUD = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def left_over(raw: bytes) -> str:
    """What reaches the terminal beside text and the sequences of the app itself, as Python would write it."""
    text = OWN_SEQUENCES.sub(lambda own: own["words"] or b"", raw).decode("utf-8", errors="surrogateescape")
    harmless = "\r\n\u200c\u200d"
    return "".join(sorted({repr(char) for char in text if unicodedata.category(char) in LOUD and char not in harmless}))


def all_written(terminal: Terminal) -> bytes:
    """Every byte up to the end of the app: before it, the last sequence may be half written."""
    terminal.send(CTRL_Q)
    assert terminal.wait_exit() == 0
    return terminal.raw


def addresses(raw: bytes) -> set[bytes]:
    """Where the terminal is told that a click may lead."""
    return set(re.findall(rb"\x1b\]8;id=[0-9]+;([^\x1b]*)\x1b", raw))


def longest_run_of_marks(raw: bytes) -> int:
    """How many combining marks reach the terminal in a row at most."""
    return max(map(len, re.findall("[\u0300-\u036f]+", raw.decode("utf-8", errors="replace"))), default=0)


@pytest.fixture
def baseline(tmp_path: Path) -> str:
    """What is left over of an app that has met nobody."""
    with running_server() as server, chat_tui(server.url, "calm", tmp_path) as terminal:
        terminal.wait("You're the first one here.")
        return left_over(all_written(terminal))


def test_an_app_that_met_nobody_writes_nothing_unexpected(baseline: str) -> None:
    """The list of our own sequences is complete, so that what is left over is somebody else's."""
    assert baseline == ""


def test_texts_through_our_server_are_inert(tmp_path: Path) -> None:
    """A person attacks by message and by reply; everything arrives, nothing acts."""
    with running_server("--rate-limit", "off") as server, chat_tui(server.url, "ana", tmp_path, 120, 80) as ana:
        ana.wait("● connected")
        with connect(f"{server.url}/?name=mallory", proxy=None, max_queue=None) as mallory:
            for number, attack in enumerate(ATTACKS, 1):
                mallory.send(attack.encode("utf-8", errors="replace").decode())
                mallory.send(f"/reply {number * 2 - 1} reply to {number}")
            mallory.send("the last word")
            ana.wait("the last word")
        assert any("[/b] [bold red]markup[/] [@click=app.quit]quit[/]" in row for row in ana.screen())
        ana.send(PAGE_UP * 3)
        rows = ana.wait("\ufffd]52;c;ZXZpbA==\ufffd clipboard")
        assert all("▏" in row for row in rows[1:-4]), "the roster stands where it stood"
        assert left_over(all_written(ana)) == ""
        assert longest_run_of_marks(ana.raw) == 3
        assert addresses(ana.raw) == {b"https://example.org/;id=1;%EF%BF%BD%EF%BF%BD"}


def look_away(ana: Terminal, bob: ClientConnection) -> None:
    """Put ana's terminal into the background; it is known there once a message of bob's is counted in its title."""
    counted = ana.raw.count(KEPT_TITLE)
    ana.send(FOCUS_OUT)
    for number in range(100):
        bob.send(f"away {counted} {number}?")
        ana.wait(f"away {counted} {number}?")
        if ana.raw.count(KEPT_TITLE) > counted:
            return
    raise AssertionError("it does not take notice")


def test_a_terminal_in_the_background_is_told_who_wrote_but_not_what(tmp_path: Path) -> None:
    """By bell, notification and title; the old title comes back with the focus, and at the end."""
    with running_server("--rate-limit", "off") as server, chat_tui(server.url, "ana", tmp_path) as ana:
        ana.wait("● connected")
        with connect(f"{server.url}/?name=bob", proxy=None, max_queue=None) as bob:
            bob.send("nobody is told of this, ana")
            ana.wait("nobody is told of this")
            assert b"\x1b]2;" not in ana.raw
            look_away(ana, bob)
            assert b"\x1b]9;" not in ana.raw
            bob.send("/to ana the code is 4711")
            rows = ana.wait("bob wrote to you privately")
            assert not any("4711" in row for row in rows)
            assert b"\x07\x1b]9;chat: direct message from bob\x07" in ana.raw
            ana.send(FOCUS_IN)
            ana.wait(lambda _: ana.raw.count(OLD_TITLE) == 1)
            look_away(ana, bob)
            ana.terminate()
            assert ana.wait_exit() == 128 + 15
        assert ana.raw.count(OLD_TITLE) == 2
        assert left_over(ana.raw) == ""


def test_everything_that_a_hostile_server_says_is_inert(tmp_path: Path) -> None:
    """Names, our own name, errors, the roster, authors and previews come from the server too."""
    with seed_server("--hostile") as url, chat_tui(url, "ana", tmp_path, 120, 80) as ana:
        ana.wait("the last word")
        ana.send(b"\x0f")
        ana.wait("Send messages to")
        ana.send(b"\x1b")
        ana.wait(lambda rows: not any("Send messages to" in row for row in rows))
        ana.click_text("● �]52;c")
        ana.wait("private to �]52;c")
        ana.send(b"\x15")
        ana.wait("Private message to")
        ana.send(b"\x1b")
        ana.wait("the last word")
        ana.send(b"\x1b[1;3A")
        ana.wait("Reply")
        ana.send(b"r")
        ana.wait("↪ replying to")
        assert left_over(all_written(ana)) == ""
        assert longest_run_of_marks(ana.raw) == 3


def test_a_server_that_speaks_only_the_seed_of_the_protocol_works(tmp_path: Path) -> None:
    """Say, reply, delete, and see what others say, without names, tokens or times."""
    with (
        seed_server() as url,
        chat_tui(url, "ana", tmp_path) as ana,
        connect(url, proxy=None) as other,
    ):
        ana.wait("● connected")
        ana.type("hello there\r")
        ana.wait("▊ #1")
        other.send("/reply 1 hi yourself")
        ana.wait("╭ #1: hello there")
        other.send("/delete 1")
        ana.wait("╭ deleted message")
        ana.send(b"\x1b[1;3A")
        ana.wait("Reply   Delete")
        ana.type("dd")
        ana.wait(lambda rows: not any("hi yourself" in row for row in rows))


@pytest.fixture
def crashing(tmp_path: Path) -> Iterator[Terminal]:
    """An app with a fault of its own: its list can't draw."""
    fault = tmp_path / "sitecustomize.py"
    fault.write_text(
        "import chat_tui.screens.chat.rows as rows\n"
        "def broken(store, key, now):\n"
        "    secret = [line.typed for line in store.outbox.messages()]\n"
        "    raise ZeroDivisionError(secret)\n"
        "rows.row_of = broken\n"
    )
    env = {"PYTHONPATH": str(tmp_path)}
    with running_server() as server, chat_tui(server.url, "ana", tmp_path, env=env) as terminal:
        terminal.wait("● connected")
        yield terminal


def test_a_crash_gives_the_terminal_back_and_says_where_its_log_is(crashing: Terminal, tmp_path: Path) -> None:
    """Exit status 1, one sentence, a log that names the fault and holds no message."""
    crashing.type("a canary in a message\r")
    assert crashing.wait_exit() == 1
    assert crashing.restored()
    log = next((tmp_path / "ana").rglob("crash-*.log"))
    assert log.name.encode() in crashing.raw
    assert b"crashed because of a bug" in crashing.raw
    assert "ZeroDivisionError\n" in log.read_text()
    assert "canary" not in log.read_text()
    assert log.stat().st_mode & 0o077 == 0
