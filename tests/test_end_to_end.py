"""Two people at two terminals, and the real server between them; everything is seen and done from outside."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.sync.client import connect

from processes import Server, chat_tui, running_server
from terminal import Terminal

UP = b"\x1b[1;3A"  # Alt+↑
ESC = b"\x1b"
CTRL_B, CTRL_O, CTRL_Q, CTRL_U = b"\x02", b"\x0f", b"\x11", b"\x15"
F4 = b"\x1bOS"


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where ana and bob have their home folders."""
    return tmp_path_factory.mktemp("homes")


@pytest.fixture(scope="module")
def shared(homes: Path) -> Iterator[tuple[Server, Terminal, Terminal]]:
    """A server, ana at a wide terminal and bob at the usual one, for all tests that leave them running."""
    with (
        running_server("--rate-limit", "off") as server,
        chat_tui(server.url, "ana", homes, 120, 36) as ana,
        chat_tui(server.url, "bob", homes) as bob,
    ):
        ana.wait("● bob")
        bob.wait("● connected · 2 here")
        yield server, ana, bob


@pytest.fixture
def people(shared: tuple[Server, Terminal, Terminal]) -> tuple[Terminal, Terminal]:
    """Ana and bob, with nothing typed and nobody picked."""
    _, *terminals = shared
    for terminal in terminals:
        terminal.send(CTRL_U)
        rows = terminal.wait(lambda rows: any("Message everyone…" in row or "Private message" in row for row in rows))
        if any("Private message" in row for row in rows):
            terminal.send(ESC)
            terminal.wait("Message everyone…")
    return terminals[0], terminals[1]


@pytest.fixture
def ana(people: tuple[Terminal, Terminal]) -> Terminal:
    """The one at the wide terminal."""
    return people[0]


@pytest.fixture
def bob(people: tuple[Terminal, Terminal]) -> Terminal:
    """The one at 80 by 24."""
    return people[1]


@pytest.fixture
def server(shared: tuple[Server, Terminal, Terminal]) -> Server:
    """Where they meet."""
    return shared[0]


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
        bob.click_text("ana wrote to you privately")
        bob.wait("private → you")
        bob.wait("can you cover for me at 3?")
        bob.send(ESC)
        ana.send(ESC)
        ana.wait("Message everyone…")
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
    bob.wait("Send messages to")
    bob.type("an\r")
    bob.wait("private to ana")
    say(bob, "hi ana")
    ana.click_text("bob wrote to you privately")
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
    say(ana, "first of two")
    bob.click_text("▊ first of two")
    bob.click_text("Reply")
    bob.wait("↪ replying to ana: first of two")
    say(bob, "second of two")
    ana.wait("╭ ana: first of two")
    bob.wait(gone("↪ replying"))
    bob.click_text("▊ first of two")
    bob.click_text("Delete")
    bob.click_text("Delete? d again")
    ana.wait("╭ deleted message")
    ana.send(UP)
    ana.wait("Reply   Delete")
    ana.type("d")
    ana.wait("Delete? d again")
    ana.type("d")
    bob.wait(gone("second of two"))


def test_a_refused_line_comes_back_with_its_reason(ana: Terminal) -> None:
    """Nothing that was typed is lost, whether this program or the server refuses it."""
    say(ana, "/temp soon hello")
    rows = ana.wait("/temp takes 1 to")
    assert any("▊ /temp soon hello" in row for row in rows)
    ana.send(b"\x15")  # Ctrl+U
    say(ana, "/to nobody hello")
    rows = ana.wait('Nobody here is called "nobody"')
    assert any("▊ /to nobody hello" in row for row in rows)


def test_both_come_back_by_themselves_after_a_restart_and_send_what_was_typed(tmp_path: Path) -> None:
    """They say that the connection is lost, keep what is typed, return, and say that."""
    with (
        running_server() as server,
        chat_tui(server.url, "ana", tmp_path, 120, 36) as ana,
        chat_tui(server.url, "bob", tmp_path) as bob,
    ):
        ana.wait("● bob")
        say(ana, "before")
        bob.wait("▊ before")
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
                terminal.wait(lambda _, seen=terminal: b"Reconnected. The server has restarted" in seen.raw)


def test_it_works_in_a_narrow_terminal(ana: Terminal, server: Server, tmp_path: Path) -> None:
    """50 columns: no borders, one word of state, and still private in words."""
    with chat_tui(server.url, "kim", tmp_path, 50, 20) as kim:
        kim.wait("● 3")
        say(ana, "release at 14:00")
        kim.wait("▊release at 14:00")
        kim.wait("▊ana")
        say(kim, "/to ana hi from kim")
        ana.wait("kim wrote to you privately")
        kim.send(CTRL_O)
        kim.wait("Type part of a name")
        kim.type("ana\r")
        kim.wait("private to ana")


def test_keys_typed_ahead_are_carried_out_in_their_order(ana: Terminal, bob: Terminal) -> None:
    """Over a slow line everything may come at once; nobody gets what was meant for another."""
    ana.send(b"alpha\romega\r" + CTRL_O + b"bob\rfor bob alone\r")
    rows = bob.wait("↓ ana")
    assert [row.split()[-1] for row in rows if row.endswith((" alpha", " omega"))] == ["alpha", "omega"]
    bob.send(F4)
    bob.wait("for bob alone")
    ana.wait("▸ bob")
    ana.wait(gone("sending…"))
    ana.send(UP + b"rsure\r")
    rows = bob.wait("╭ ana: for bob alone")
    assert any(row.endswith(" sure") for row in rows)


@pytest.fixture
def eve(server: Server, tmp_path: Path) -> Iterator[Terminal]:
    """Somebody who will leave."""
    with chat_tui(server.url, "eve", tmp_path) as terminal:
        terminal.type("early")  # before there is a program to take it
        terminal.wait("● connected")
        terminal.wait("▊ early")
        yield terminal


def test_alt_and_a_key_sends_and_types_nothing(ana: Terminal, bob: Terminal) -> None:
    """Alt+Enter, which terminals of old send as Escape and Enter, breaks the line; Alt with a letter is none."""
    ana.type("one")
    ana.send(b"\x1b\r")
    ana.type("two")
    ana.wait("▊ two")
    ana.send(b"\x1bd")
    ana.send(b"\x1b1")
    say(ana, "!")
    bob.wait("▊ two!")
    bob.wait("▊ one")


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_gives_the_terminal_back(eve: Terminal, sig: signal.Signals) -> None:
    """No alternate screen, no mouse reporting, a visible cursor; the status says which signal."""
    eve.terminate(sig)
    assert eve.wait_exit() == 128 + sig
    assert eve.restored()


def test_errors_may_be_collected_in_a_file(server: Server, tmp_path: Path) -> None:
    """The screen is on standard output then; the file has what is said at the end and nothing else."""
    command = f'exec "{sys.executable}" -m chat_tui {server.url} --name una 2>errors.txt'
    with Terminal(["/bin/sh", "-c", command], home=tmp_path) as una:
        una.wait("● connected")
        una.terminate()
        assert una.wait_exit() == 128 + 15
    assert (tmp_path / "errors.txt").read_text() == ""


def test_exit_gives_up_the_name(ana: Terminal, server: Server, homes: Path) -> None:
    """`/exit` ends the program; the name is free for anybody at once. A guest in ana's home is not ana."""
    with chat_tui(server.url, "max", homes, guest_of="ana") as leaving:
        ana.wait("● max")
        ana.wait("● ana (you)")
        say(leaving, "/exit")
        assert leaving.wait_exit() == 0
    ana.wait(gone("● max"))
    with connect(f"{server.url}/?name=max", proxy=None) as other:
        assert '"name":"max"' in str(other.recv())


def test_what_the_server_never_had_is_told_at_the_end(tmp_path: Path) -> None:
    """Ctrl+Q ends with 0 and gives the terminal back; lines that were not sent are printed: nothing is lost."""
    with running_server() as server, chat_tui(server.url, "ana", tmp_path) as ana:
        ana.wait("● connected")
        server.stop()
        ana.wait("Connection lost.")
        say(ana, "nobody hears this")
        ana.wait("not sent yet")
        ana.send(CTRL_Q)
        assert ana.wait_exit() == 0
        assert ana.restored()
        assert ana.raw.rpartition(b"the server never got 1 of your lines")[2].strip().endswith(b"nobody hears this")
