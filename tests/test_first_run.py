"""`chat-tui` by people who have said nothing and set nothing: a real terminal, and others who join."""

import re
import signal
import sys
from base64 import b64encode
from pathlib import Path

import pytest

from processes import Server, chat_tui, running_server
from terminal import Terminal

ESC, HOME, DOWN, END, CTRL_Q, CTRL_U, CTRL_P = b"\x1b", b"\x1b[H", b"\x1b[B", b"\x1b[F", b"\x11", b"\x15", b"\x10"


def nothing_said(home: Path, *options: str, cols: int = 80, rows: int = 24, user: str = "ana") -> Terminal:
    """`chat-tui` without an address."""
    home.mkdir(exist_ok=True)
    argv = [sys.executable, "-m", "chat_tui", *options]
    return Terminal(argv, home=home, cols=cols, rows=rows, env={"USER": user})


def in_the_list(rows: list[str]) -> bool:
    """Is the cursor on a place to go to, whether a room runs on this computer or not?"""
    return any("answers at localhost:6789." in row or "you choose" in row for row in rows)


def remembered(home: Path) -> str:
    """What the program has written down for the next time."""
    return "".join(path.read_text() for path in home.rglob("remembered.json"))


def leave(terminal: Terminal) -> None:
    """Quit, and get the terminal back."""
    terminal.send(CTRL_Q)
    assert terminal.wait_exit() == 0
    assert terminal.restored()


def test_one_starts_a_room_and_another_joins(tmp_path: Path) -> None:
    """The line to type is shown and copied; they talk; the room ends with the one who started it, who is told so."""
    with nothing_said(tmp_path / "ana") as ana:
        ana.wait("Others will see this name.")
        ana.send(b"\r")
        ana.wait(in_the_list)
        ana.send(END)
        ana.wait("you choose.")
        ana.send(b"\r")
        ana.wait("Who can join your room?")
        ana.type("n")
        ana.wait("Your room is open")
        ana.wait("● connected · 1 here")
        rows = ana.wait("esc Go to the room")
        invitation = next(found[0] for row in rows if (found := re.search(r"chat-tui ws://[\w.]+:(\d+)", row)))
        assert any("Listening on 0.0.0.0:" in row for row in rows)
        ana.click_text("[Copy]")
        ana.wait("✓ Sent to the terminal's clipboard.")
        assert b"\x1b]52;c;" + b64encode(invitation.encode()) in ana.raw
        ana.send(b"\r")
        port = invitation.rpartition(":")[2]
        with chat_tui(f"ws://127.0.0.1:{port}", "bob", tmp_path) as bob:
            bob.wait("● connected · 2 here")
            ana.wait("2 here")
            ana.type("welcome\r")
            bob.wait("▊ welcome")
            ana.send(CTRL_Q)
            ana.wait("bob is still here. The room closes when you leave.")
            ana.type("e")
            assert ana.wait_exit() == 0
            assert ana.restored()
            assert b"The room you started has closed." in ana.raw
            bob.wait("Connection lost.")
            leave(bob)
    assert port not in remembered(tmp_path / "ana")
    assert port in remembered(tmp_path / "bob")


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_room_unasked(end: signal.Signals, tmp_path: Path) -> None:
    """Whoever shuts a computer down, or closes the window, is not there to answer."""
    with nothing_said(tmp_path / "ana") as ana:
        ana.wait("Others will see this name.")
        ana.send(b"\r")
        ana.wait(in_the_list)
        ana.send(END + b"\r")
        ana.wait("Who can join your room?")
        ana.type("c")
        rows = ana.wait(lambda rows: [row for row in rows if "chat-tui ws://" in row])
        port = next(found[1] for row in rows if (found := re.search(r"chat-tui ws://[\w.]+:(\d+)", row)))
        ana.send(ESC)
        with chat_tui(f"ws://127.0.0.1:{port}", "bob", tmp_path) as bob:
            bob.wait("● connected · 2 here")
            ana.wait("2 here")
            ana.terminate(end)
            assert ana.wait_exit() == 128 + end
            bob.wait("Connection lost.")
            leave(bob)


@pytest.fixture(scope="module")
def server() -> Server:
    """One for those who only join."""
    with running_server() as running:
        yield running


def test_the_next_time_enter_twice_is_enough(server: Server, tmp_path: Path) -> None:
    """A room that has greeted one comes first, also in a small terminal; the name stays the one that was typed."""
    where = server.url.removeprefix("ws://")
    with nothing_said(tmp_path, user="root of all") as ana:
        ana.wait("▲ A name can't contain spaces.")
        ana.wait("Others will see this name.")
        ana.type("\x15ana\r")
        ana.wait(in_the_list)
        ana.send(END + b"\x1b[A\r")
        ana.wait("Address")
        ana.type(f"{where}\r")
        ana.wait("● connected")
        leave(ana)
    with nothing_said(tmp_path, cols=40, rows=12, user="root of all") as ana:
        ana.wait("Your name   ana")
        ana.wait(f"{where.replace('127.0.0.1', 'localhost')}  recent")
        ana.wait("Others will see this name.")
        ana.type("\r\rback again")  # all at once
        ana.wait("lobby  to: Everyone")
        ana.wait("back again")
        ana.send(b"\r")
        ana.wait("▊ana")
        leave(ana)


def test_what_is_typed_too_early_accepts_nothing(server: Server, tmp_path: Path) -> None:
    """It stands in the field for the name; Enter is to be pressed again."""
    with chat_tui(server.url, "ana", tmp_path) as ana:
        ana.wait("● connected")
        leave(ana)
    with nothing_said(tmp_path / "ana") as ana:
        ana.type("zoe\rhi\r\r")
        ana.wait("Your name   zoehi")
        ana.wait("Enter came before this was on the screen.")
        ana.send(b"\r")
        ana.wait("You've been here before.")


def test_a_guest_leaves_nothing_behind(server: Server, tmp_path: Path) -> None:
    """Neither name nor room, and no theme."""
    with nothing_said(tmp_path, "--guest") as gus:
        gus.wait("Others will see this name")
        gus.type("gus\r")
        gus.wait(in_the_list)
        gus.send(END + b"\x1b[A\r")
        gus.wait("Address")
        gus.type(f"{server.url}\r")
        gus.wait("● connected")
        gus.send(CTRL_P)
        gus.type("theme")
        gus.wait("Choose the colours")
        gus.send(b"\r")
        gus.wait("╭─ Theme")
        gus.send(DOWN + b"\r")
        gus.wait(lambda rows: not any("╭─ Theme" in row for row in rows))
        gus.type("/name somebody\r")
        gus.wait("You are now somebody.")
        leave(gus)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("end", [CTRL_Q, signal.SIGTERM])
def test_one_can_go_without_going_anywhere(end: bytes | signal.Signals, tmp_path: Path) -> None:
    """The terminal is given back."""
    with nothing_said(tmp_path) as ana:
        ana.wait("Start a room on this computer")
        if isinstance(end, bytes):
            leave(ana)
        else:
            ana.terminate(end)
            assert ana.wait_exit() == 128 + end
            assert ana.restored()


def test_what_is_set_goes_straight_there(server: Server, tmp_path: Path) -> None:
    """The file decides; nothing is asked."""
    file = tmp_path / ".config" / "chat-tui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(f'server = "{server.url}"\n')
    with nothing_said(tmp_path) as ana:
        ana.type("early")
        ana.wait("● connected")
        ana.wait("▊ early")
        assert b"Where to?" not in ana.raw


def test_where_nobody_answers_esc_leads_to_the_choice_of_a_room(tmp_path: Path) -> None:
    """Whoever has said on the command line where to go has the same way out as who has chosen it from the list."""
    with nothing_said(tmp_path, "ws://127.0.0.1:9") as ana:
        ana.wait("Press Esc to go back.")
        ana.type("not yet")
        ana.wait("▊ not yet")
        ana.send(ESC)
        ana.send(CTRL_U)
        ana.wait("Message everyone…")
        ana.send(ESC)
        ana.wait("Others will see this name.")
        with running_server() as server:
            ana.wait("answer")  # somebody does there, or nobody
            ana.send(b"\r")
            ana.wait("Start a room on this computer")
            ana.send(HOME + DOWN + b"\r")
            ana.type(f"localhost:{server.port}\r")
            ana.wait("● connected · 1 here")
            leave(ana)
