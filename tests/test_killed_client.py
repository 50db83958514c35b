"""Whoever is killed loses no line and says none twice, and is told what they have not read."""

import json
import signal
from pathlib import Path

from websockets.sync.client import connect

from processes import Server, chat_tui, running_server


def record(server: Server) -> list[str]:
    """The texts that somebody new is shown."""
    with connect(server.url, proxy=None) as other:
        return [message["text"] for message in json.loads(other.recv())["messages"]]


def test_lines_that_waited_are_there_once_after_a_kill(tmp_path: Path) -> None:
    """Killed while the server hangs, and while there is none; the next start shows them, and the server has them."""
    with running_server() as server:
        with chat_tui(server.url, "ana", tmp_path) as ana:
            ana.wait("● connected")
            server.process.send_signal(signal.SIGSTOP)
            ana.type("one\r")
            ana.type("/temp 600 two\r")
            ana.wait(lambda rows: sum("sending…" in row for row in rows) == 2)
            ana.terminate(signal.SIGKILL)
            ana.wait_exit()
        server.process.send_signal(signal.SIGCONT)
        with chat_tui(server.url, "ana", tmp_path) as ana:
            ana.wait("▊ two")
            ana.wait(lambda rows: not any("sending…" in row or "not sent yet" in row for row in rows))
            server.stop()
            ana.wait("Connection lost.")
            ana.type("three\r")
            ana.type("four\r")
            ana.wait(lambda rows: sum("not sent yet" in row for row in rows) == 2)
            ana.terminate(signal.SIGKILL)
            ana.wait_exit()
        with chat_tui(server.url, "ana", tmp_path) as ana:
            ana.wait(
                lambda rows: any("four" in row for row in rows) and sum("not sent yet" in row for row in rows) == 2
            )
            with running_server(port=server.port) as again:
                ana.wait("● connected")
                ana.wait(lambda rows: not any("sending…" in row or "not sent yet" in row for row in rows))
                assert record(again) == ["three", "four"]
        assert not list(tmp_path.rglob("outbox/*.json"))


def test_what_was_read_before_a_kill_is_read(tmp_path: Path) -> None:
    """And what came after that is told at the next start, whatever has ended the one before."""
    with running_server() as server, connect(f"{server.url}?name=bob", proxy=None) as bob:
        bob.recv()
        with chat_tui(server.url, "ana", tmp_path) as ana:
            ana.wait("● connected")
            bob.send("seen")
            ana.wait("▊ seen")
            ana.wait(lambda _: any('"lobby":1}' in path.read_text() for path in tmp_path.rglob("places.json")))
            ana.terminate(signal.SIGKILL)
            ana.wait_exit()
        bob.send("while away")
        with chat_tui(server.url, "ana", tmp_path) as ana:
            ana.wait("1 message while you were away. Press Home for the first.")
            ana.wait("▊ seen")
            rows = ana.wait("▊ while away")
            assert any("new since" in row for row in rows)


def test_two_windows_that_are_killed_leave_a_draft_each(tmp_path: Path) -> None:
    """Neither shows the other's, and no draft is sent twice: the next two windows have one each."""
    with running_server() as server:
        with chat_tui(server.url, "ana", tmp_path) as one, chat_tui(server.url, "ana", tmp_path) as other:
            for window, text in ((one, "the first draft"), (other, "the second draft")):
                window.wait("● connected")
                window.type(text)
                window.wait(text)
            texts = ("the first draft", "the second draft")
            one.wait(
                lambda _: all(any(text in path.read_text() for path in tmp_path.rglob("*.json")) for text in texts)
            )
            for window in (one, other):
                window.terminate(signal.SIGKILL)
                window.wait_exit()
        with chat_tui(server.url, "ana", tmp_path) as one, chat_tui(server.url, "ana", tmp_path) as other:
            for window in (one, other):
                window.wait("draft")
                window.wait("● connected")
                window.type("\r")
            for window in (one, other):
                window.wait(
                    lambda rows: (
                        any("Message everyone…" in row for row in rows)
                        and all(any(f"▊ {text}" in row for row in rows) for text in texts)
                        and not any("sending…" in row for row in rows)
                    )
                )
        assert sorted(record(server)) == ["the first draft", "the second draft"]


def test_who_closes_the_window_finds_the_draft_again(tmp_path: Path) -> None:
    """The program ends with its terminal, and that is no fault of its."""
    with running_server() as server:
        with chat_tui(server.url, "ana", tmp_path) as ana:
            ana.wait("● connected")
            ana.type("half a draft")
            ana.wait("half a draft")
            ana.hang_up()
            ana.wait_exit()
        assert not list(tmp_path.rglob("crash-*"))
        with chat_tui(server.url, "ana", tmp_path) as ana:
            ana.wait("half a draft")
