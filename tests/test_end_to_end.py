"""Two people at two terminals, and the real server between them; everything is seen and done from outside."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from processes import Server, chat_tui, running_server
from terminal import Terminal

UP = b"\x1b[1;3A"  # Alt+↑
ESC = b"\x1b"
CTRL_O, CTRL_B, CTRL_L, CTRL_Q = b"\x0f", b"\x02", b"\x0c", b"\x11"


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of its own for each test."""
    with running_server() as server:
        yield server


@pytest.fixture
def ana(server: Server, tmp_path: Path) -> Iterator[Terminal]:
    """Ana, at a wide terminal."""
    with chat_tui(server.url, "ana", tmp_path, 120, 36) as terminal:
        terminal.wait("● connected")
        yield terminal


@pytest.fixture
def bob(server: Server, ana: Terminal, tmp_path: Path) -> Iterator[Terminal]:
    """Bob, at the usual one."""
    with chat_tui(server.url, "bob", tmp_path) as terminal:
        terminal.wait("● connected · 2 here")
        ana.wait("● bob")
        yield terminal


def say(terminal: Terminal, text: str) -> None:
    """Type a line and send it."""
    terminal.type(text + "\r")


def gone(text: str):
    """Is this text nowhere on the screen?"""
    return lambda rows: not any(text in row for row in rows)


def test_a_click_on_a_message_replies_to_it_and_the_reply_shows_what_it_answers(ana: Terminal, bob: Terminal) -> None:
    """Click the message, click Reply, write; the other one sees the preview."""
    say(ana, "morning! build is green")
    bob.click_text("build is green")
    bob.click_text("Reply")
    bob.wait("↪ replying to ana: morning! build is green")
    say(bob, "nice")
    rows = ana.wait("╭ ana: morning! build is green")
    assert any("nice" in row for row in rows)
    bob.wait(gone("↪ replying"))


def test_a_direct_message_picked_from_the_roster_is_seen_by_two(
    ana: Terminal, bob: Terminal, server: Server, tmp_path: Path
) -> None:
    """Click the name; the composer says whom it is for; a third sees nothing; Esc is for everyone again."""
    with chat_tui(server.url, "zoe", tmp_path) as zoe:
        zoe.wait("● connected · 3 here")
        ana.click_text("● bob")
        ana.wait("private to bob")
        say(ana, "can you cover for me at 3?")
        bob.wait("private → you")
        ana.send(ESC)
        ana.wait("to Everyone")
        say(ana, "lunch?")
        rows = zoe.wait("lunch?")
        assert not any("cover for me" in row for row in rows)
        assert b"cover for me" not in zoe.raw


def test_a_person_is_found_by_a_few_letters(ana: Terminal, bob: Terminal) -> None:
    """Ctrl+O, letters, Enter; the roster of a narrower terminal slides over the messages."""
    bob.send(CTRL_B)
    bob.wait("● bob (you)")
    bob.send(CTRL_B)
    bob.wait(gone("bob (you)"))
    bob.send(CTRL_O)
    bob.wait("Message whom?")
    bob.type("an\r")
    bob.wait("private to ana")
    say(bob, "hi ana")
    ana.wait("private → you")


def test_a_temporary_message_counts_down_and_goes(ana: Terminal, bob: Terminal) -> None:
    """The countdown is on both screens, and at its end the text is on none."""
    say(ana, "/temp 3 the code is 4471")
    bob.wait("⏳ 0:03")
    bob.wait("⏳ 0:02")
    ana.wait("⏳ 0:01")
    bob.wait(gone("4471"))
    ana.wait(gone("4471"))


def test_a_message_is_deleted_by_mouse_and_by_keyboard(ana: Terminal, bob: Terminal) -> None:
    """Each way asks once more; a reply to what is gone says so."""
    say(ana, "first")
    bob.wait("first")
    say(ana, "/reply 1 second")
    bob.wait("╭ ana: first")
    bob.click_text(" ▊ first")
    bob.click_text("Delete")
    bob.click_text("Delete? d again")
    ana.wait("╭ deleted message")
    ana.send(UP)
    ana.wait("Reply   Delete")
    ana.type("d")
    ana.wait("Delete? d again")
    ana.type("d")
    bob.wait(gone("second"))


def test_a_refused_line_comes_back_with_its_reason(ana: Terminal) -> None:
    """Nothing that was typed is lost, whether this program or the server refuses it."""
    say(ana, "/temp soon hello")
    rows = ana.wait("/temp takes from 1 to")
    assert any("▊ /temp soon hello" in row for row in rows)
    ana.send(b"\x15")  # Ctrl+U
    say(ana, "/to nobody hello")
    rows = ana.wait('Nobody here is called "nobody"')
    assert any("▊ /to nobody hello" in row for row in rows)


def test_both_come_back_by_themselves_after_a_restart_and_send_what_was_typed(
    ana: Terminal, bob: Terminal, server: Server
) -> None:
    """They say that the connection is lost, keep what is typed, return, and say that."""
    say(ana, "before")
    bob.wait("before")
    assert server.stop() == 0
    for terminal in (ana, bob):
        terminal.wait("Connection lost.")
    say(ana, "typed by ana meanwhile")
    ana.wait("not sent yet")
    say(bob, "typed by bob meanwhile")
    bob.wait("not sent yet")
    with running_server(port=server.port):
        for terminal in (ana, bob):
            terminal.wait(lambda rows: sum("meanwhile" in row for row in rows) == 2)
            terminal.wait(gone("not sent yet"))
            terminal.wait(gone("▊ before"))
            assert b"Back. The server began anew" in terminal.raw


def test_it_works_in_a_narrow_terminal(ana: Terminal, server: Server, tmp_path: Path) -> None:
    """50 columns: no borders, one word of state, and still private in words."""
    with chat_tui(server.url, "bob", tmp_path, 50, 20) as bob:
        bob.wait("● 2")
        say(ana, "morning! build is green, release at 14:00")
        bob.wait("▊ana")
        say(bob, "/to ana hi")
        ana.wait("private → you")
        bob.send(CTRL_O)
        bob.wait("Message whom?")
        bob.type("ana\r")
        bob.wait("private to ana")


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_gives_the_terminal_back(ana: Terminal, sig: signal.Signals) -> None:
    """No alternate screen, no mouse reporting, a visible cursor; the status says which signal."""
    ana.terminate(sig)
    assert ana.wait_exit() == 128 + sig
    assert ana.restored()


def test_keys_typed_ahead_are_carried_out_in_their_order(ana: Terminal, bob: Terminal) -> None:
    """Over a slow line everything may come at once; nobody gets what was meant for another."""
    ana.send(b"one\rtwo\r" + CTRL_O + b"bob\rfor bob alone\r")
    rows = bob.wait("private → you")
    assert [row for row in rows if row.endswith((" one", " two"))]
    ana.wait("▸ bob")
    ana.wait(gone("sending…"))
    ana.send(UP + b"rsure\r")
    rows = bob.wait("╭ ana: for bob alone")
    assert any(row.endswith(" sure") for row in rows)


def test_quitting_gives_the_terminal_back(ana: Terminal) -> None:
    """Ctrl+Q ends with 0."""
    ana.send(CTRL_Q)
    assert ana.wait_exit() == 0
    assert ana.restored()


def test_exit_gives_up_the_name(ana: Terminal, bob: Terminal, server: Server, tmp_path: Path) -> None:
    """`/exit` ends the program; the name is free for somebody else at once."""
    say(bob, "/exit")
    assert bob.wait_exit() == 0
    ana.wait(gone("● bob"))
    other = tmp_path / "other"
    other.mkdir()
    with chat_tui(server.url, "bob", other) as second:
        second.wait("● connected · 2 here")
        ana.wait("● bob")
