"""Whoever is killed loses no line and says none twice."""

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
