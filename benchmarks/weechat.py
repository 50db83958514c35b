"""weechat, where it is installed, in a channel of an IRC server that says what it is told to. To compare with."""

import shutil
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

from lines import Line, line, numbered
from terminals import Terminal

INSTALLED = shutil.which("weechat") is not None
MISSING = "weechat is not installed here, so there is nothing to compare with (Debian: weechat-curses, weechat-plugins)"
_CHANNEL = "#test"
TICK = 0.005
"""Seconds between two writes of a flood."""


class IrcServer:
    """One client, one channel; says lines of the conversation, numbered from 0."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._client: socket.socket | None = None
        self.joined = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        self._client, _ = self._listener.accept()
        said = self._client.makefile("r", encoding="utf-8", errors="replace")
        with said, suppress(ConnectionResetError):  # it may end while there is still something to read
            for one in said:
                word, _, rest = one.strip().partition(" ")
                if word == "USER":
                    self._send(":s 001 me :hi\r\n:s 422 me :no news\r\n")
                elif word == "PING":
                    self._send(f":s PONG s {rest}\r\n")
                elif word == "JOIN":
                    self._send(
                        f":me!m@h JOIN {_CHANNEL}\r\n:s 353 me = {_CHANNEL} :me\r\n:s 366 me {_CHANNEL} :end\r\n"
                    )
                    self.joined.set()

    def _send(self, text: str) -> None:
        assert self._client is not None
        self._client.sendall(text.encode())

    def say(self, first: int, after: int, last_word: str = "") -> None:
        """Say the lines from `first` up to `after`, as fast as they are read; then one that ends in `last_word`."""
        for start in range(first, after, 500):
            self._send("".join(_privmsg(line(number)) for number in range(start, min(after, start + 500))))
        if last_word:
            self._send(f":ann!a@h PRIVMSG {_CHANNEL} :{last_word}\r\n")

    def flood(self, count: int, per_second: float, last_word: str) -> float:
        """Say `count` numbered lines at this rate, and then the word; returns when that was, on `perf_counter`."""
        begin = time.perf_counter()
        said = 0
        while said < count:
            due = min(count, int((time.perf_counter() - begin) * per_second) + 1)
            self._send("".join(_privmsg(numbered(number)) for number in range(said, due)))
            said = due
            time.sleep(TICK)
        said_last = time.perf_counter()
        self._send(f":ann!a@h PRIVMSG {_CHANNEL} :{last_word}\r\n")
        return said_last


def _privmsg(said: Line) -> str:
    return f":{said.author}!u@h PRIVMSG {_CHANNEL} :{said.text}\r\n"


def weechat(server: IrcServer, home: Path, columns: int, rows: int) -> Terminal:
    """It, in the channel; its settings are the defaults but for a history without bound."""
    argv = ["weechat", "-d", str(home / "weechat")]
    for command in (
        "/set weechat.history.max_buffer_lines_number 0",
        "/set irc.look.buffer_switch_autojoin on",
        f"/server add t 127.0.0.1/{server.port} -notls",
        f"/set irc.server.t.autojoin {_CHANNEL}",
        "/set irc.server.t.nicks me",
        "/connect t",
    ):
        argv += ["-r", command]
    terminal = Terminal(argv, home, columns, rows)
    while not server.joined.is_set():
        terminal.read(0.1)
    terminal.settle()
    return terminal
