"""In the real program, what a terminal sends is a key, a paste, the mouse or nothing, and is never the end of it."""

import re
import signal
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from wcwidth import wcswidth

from processes import Server, chat_tui, running_server
from terminal import Terminal

CTRL_F, CTRL_O, CTRL_Q, CTRL_R, CTRL_B, ESCAPE = b"\x06", b"\x0f", b"\x11", b"\x12", b"\x02", b"\x1b[27u"
_NUMBERS = count(1)  # a name is kept for a while


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One for all."""
    with running_server() as server:
        yield server


@pytest.fixture
def ana(server: Server, tmp_path: Path) -> Iterator[Terminal]:
    """Somebody who is connected, and whose terminal says what it likes."""
    with chat_tui(server.url, f"ana{next(_NUMBERS)}", tmp_path) as terminal:
        terminal.wait("● connected")
        yield terminal


def composed(*lines: str) -> Callable[[list[str]], bool]:
    """Is this, and no more, in the composer?"""

    def holds(rows: list[str]) -> bool:
        foot = [row.strip("▊▎ ") for row in rows[-8:-1] if row.startswith("▊") and not row.startswith(("▊▔", "▊▁"))]
        return foot[-len(lines) :] == list(lines) and not any(foot[: -len(lines)])

    return holds


def at_text(terminal: Terminal, text: str) -> Callable[[list[str]], bool]:
    """Is the cursor behind this text?"""

    def holds(rows: list[str]) -> bool:
        column, row = terminal.cursor()
        return any(
            at == row and text in line and column == wcswidth(line[: line.index(text)] + text)
            for at, line in enumerate(rows)
        )

    return holds


def test_a_paste_sends_nothing_whatever_is_in_it(ana: Terminal) -> None:
    """Escapes, line breaks, keys and commands in it are text; so they are with the marker of its beginning torn."""
    ana.send(b"\x1b[200~\x1b[1 password: hunter2\rtwo\r/delete last\x11\x1b[201~")
    ana.wait(composed("[1 password: hunter2", "two", "/delete last"))
    ana.send(b"\r")
    ana.wait("This looks like a password")
    ana.send(ESCAPE)
    ana.send(b"\x15" * 3)


@pytest.mark.parametrize(
    "pieces", [(b"\x1b[20", b"0~one\rtwo\x1b[201~"), (b"\x1b[200~one\rtwo\x1b[20", b"1~"), (b"\x1b[200~one\rtwo",)]
)
def test_a_torn_paste_is_inserted(ana: Terminal, pieces: tuple[bytes, ...]) -> None:
    """Its marks may be torn or lost; afterwards the keyboard works."""
    for piece in pieces:
        ana.send(piece)
        ana.pause(0.12)
    ana.wait(composed("one", "two"))
    ana.send(b"!")
    ana.wait(composed("one", "two!"))
    ana.send(CTRL_Q)
    assert ana.wait_exit() == 0
    assert ana.restored()


def test_nothing_that_a_terminal_sends_is_typed_or_ends_the_program(ana: Terminal) -> None:
    """Answers, reports, torn ones, keys that are let go, bytes that are no text."""
    for noise in (
        b"\x1b]11;rgb:0000/0000/0000\x07", b"\x1b[?62;22;52c", b"\x1b]52;c;aGVsbG8=\x07", b"\x1b[?1u",
        b"\x1bP>|XTerm(390)\x1b\\", b"\x1b[102;5:3u", b"\x1b[M !!", b"\x1b[<128;5;5M\x1b[<128;5;5m",
        b"\x1b[<35;99999;99999M", b"\x1b[<0;99999;99999M\x1b[<0;99999;99999m",
        b"\x1b[48;0;0;0;0t", b"\x1b[48;24;80;0;0t", b"\x1b[57441;2u", b"\x1b[12;40R",
    ):  # fmt: skip
        ana.send(noise)
    for torn in (b"\x1b[<35;20", b";10M", b"\x1b]11;rgb:00", b"00/0000/0000\x1b\\", b"\x1b[?62", b";22c"):
        ana.send(torn)
        ana.pause(0.15)
    ana.send(b"caf\xe9 \xff.")
    ana.wait(composed("caf\ufffd \ufffd."))


def test_shortcuts_work_with_every_keyboard(ana: Terminal) -> None:
    """Ctrl+F on a Cyrillic one, its place told and not; and what an input method commits goes into the field."""
    for keys in (b"\x1b[1072::102;5u", b"\x1b[1072;5u", b"\x1b[102;5:1u"):
        ana.send(keys)
        ana.wait("Find:")
        ana.send(b"\x1b[32;;26377:24456:22823:24046:21035u")
        ana.wait(lambda rows: any("Find:" in row and "有很大差别" in row for row in rows))
        ana.send(ESCAPE)
        ana.wait(lambda rows: not any("Find:" in row for row in rows))


def test_the_keyboard_is_asked_for_what_the_program_understands(ana: Terminal) -> None:
    """Flags 1 and 4 of the kitty protocol, once, and given back."""
    ana.send(CTRL_Q)
    assert ana.wait_exit() == 0
    assert re.findall(rb"\x1b\[[>=]([0-9;]+)u", ana.raw) == [b"5"]
    assert ana.restored()


def test_exported_columns_and_lines_fix_no_size(server: Server, tmp_path: Path) -> None:
    """The terminal's own word counts, at the start and afterwards."""
    with chat_tui(server.url, "col", tmp_path, 90, 24, env={"COLUMNS": "40", "LINES": "9"}) as col:
        rows = col.wait("● connected")
        assert wcswidth(rows[0]) > 80
        assert any(row.startswith("▊▔") and len(row) == 90 for row in rows[-5:])
        col.resize(70, 12)
        col.wait(lambda rows: 60 < max(map(len, rows)) <= 70)


def test_a_fault_in_what_reads_the_terminal_is_a_crash(server: Server, tmp_path: Path) -> None:
    """Status 1, one sentence, a log; the terminal is given back."""
    (tmp_path / "sitecustomize.py").write_text(
        "import chat_tui.toolkit.input.parser as parser\n"
        "def broken(body):\n"
        "    raise ZeroDivisionError(body)\n"
        "parser.ss3_events = broken\n"
    )
    with chat_tui(server.url, "kim", tmp_path, env={"PYTHONPATH": str(tmp_path)}) as kim:
        kim.wait("Message everyone")
        kim.send(b"\x1bOA")
        assert kim.wait_exit() == 1
        assert kim.restored()
        log = next((tmp_path / "kim").rglob("crash-*.log"))
        assert log.name.encode() in kim.raw
        assert "ZeroDivisionError\n" in log.read_text()


@pytest.mark.parametrize("stop", [signal.SIGTSTP, signal.SIGSTOP])
def test_whoever_comes_back_from_the_shell_sees_the_whole_screen(ana: Terminal, stop: signal.Signals) -> None:
    """Stopped politely or not, all of it is drawn again, keys work, and the end gives back all that was borrowed."""
    ana.type("half a line")
    ana.wait(composed("half a line"))
    before = len(ana.raw)
    ana.terminate(stop)
    ana.wait_stopped()
    ana.terminate(signal.SIGCONT)
    ana.wait(lambda _: "● connected".encode() in ana.raw[before:])
    ana.type(" more")
    ana.wait(composed("half a line more"))
    ana.send(CTRL_Q)
    assert ana.wait_exit() == 0
    assert ana.restored()


def test_the_cursor_is_where_the_next_letter_goes(ana: Terminal) -> None:
    """An input method shows its candidates there: before the first key, after a new size, in bars and dialogs."""
    empty = ana.cursor()
    ana.wait(lambda rows: rows[ana.cursor()[1]].startswith("▊ Message everyone"))
    assert empty[0] == 2
    ana.type("word")
    ana.wait(at_text(ana, "▊ word"))
    ana.resize(100, 30)
    ana.wait(at_text(ana, "▊ word"))
    ana.resize(60, 20)
    ana.wait(at_text(ana, "word"))
    ana.resize(80, 24)
    ana.send(CTRL_F + b"abc")
    ana.wait(at_text(ana, "Find: abc"))
    ana.resize(100, 24)
    ana.wait(at_text(ana, "Find: abc"))
    ana.send(ESCAPE)
    ana.send(CTRL_R)
    ana.wait(lambda rows: 'words, "a phrase"' in rows[ana.cursor()[1]])
    ana.send(b"xyz")
    ana.wait(at_text(ana, "xyz"))
    ana.resize(80, 24)
    ana.wait(at_text(ana, "xyz"))
    ana.send(ESCAPE)
    ana.send(CTRL_O)
    ana.wait(lambda rows: "Type part of a name" in rows[ana.cursor()[1]])
    ana.send(ESCAPE)
    ana.send(CTRL_B)
    ana.wait(at_text(ana, "▊ word"))


def test_the_cursor_is_in_the_name_at_first_run(tmp_path: Path) -> None:
    """Before the first key, and after a new size."""
    with Terminal([sys.executable, "-m", "chat_tui"], home=tmp_path, env={"CHAT_TUI_NAME": "maria"}) as first:
        first.wait("Your name")
        first.wait(lambda rows: "maria" in rows[first.cursor()[1]] and first.cursor()[0] > 0)
        first.resize(100, 30)
        first.wait(lambda rows: "maria" in rows[first.cursor()[1]])
