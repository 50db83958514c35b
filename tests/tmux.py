"""A real tmux as a terminal: it draws by its own rules of width, which are not ours."""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

_PATIENCE = 20.0
_POLL = 0.05


class Tmux:
    """Runs `argv` in a tmux of its own, with a server and settings that are nobody else's; leaving ends both."""

    def __init__(self, argv: Sequence[str], *, home: Path, cols: int = 80, rows: int = 24) -> None:
        home.mkdir(exist_ok=True)
        self._folder = TemporaryDirectory(prefix="chat-", dir="/tmp")
        self._socket = Path(self._folder.name) / "tmux"
        self._environment: Mapping[str, str] = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "TERM": "xterm-256color",
            "LC_ALL": "C.UTF-8",
            "CHAT_TUI_UNDO_SECONDS": "0",
        }
        size = ["-x", str(cols), "-y", str(rows)]
        self.do("-f", os.devnull, "new-session", "-d", *size, "-c", str(home), shlex.join(argv))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.do("kill-server")
        self._folder.cleanup()

    def do(self, *command: str) -> str:
        """What tmux answers to a command."""
        whole = ["tmux", "-u", "-S", str(self._socket), *command]
        return subprocess.run(whole, env=self._environment, capture_output=True, text=True, check=True).stdout

    def screen(self, *options: str) -> list[str]:
        """The rows as they are drawn now; `-e` with their colours."""
        return self.do("capture-pane", "-p", *options).split("\n")[:-1]

    def settled(self, but: list[str] | None = None) -> list[str]:
        """The rows with their colours, once they are the same twice, and not those of `but`."""
        end = time.monotonic() + _PATIENCE
        before: list[str] = []
        while (rows := self.screen("-e")) != before or rows == but:
            assert time.monotonic() < end, "the screen does not come to rest, or does not change"
            before = rows
            time.sleep(_POLL)
        return rows

    def wait(self, what: str | Callable[[list[str]], object]) -> list[str]:
        """The rows, once `what` is in one of them (or, called with them, is true)."""
        end = time.monotonic() + _PATIENCE
        while True:
            rows = self.screen()
            if what(rows) if callable(what) else any(what in row for row in rows):
                return rows
            assert time.monotonic() < end, f"no {what!r} on the screen:\n" + "\n".join(rows)
            time.sleep(_POLL)

    def keys(self, *names: str) -> None:
        """Press keys, by tmux's names."""
        self.do("send-keys", *names)

    def type(self, text: str) -> None:
        """Type a text."""
        self.do("send-keys", "-l", text)

    def resize(self, cols: int, rows: int) -> None:
        """Give the window another size."""
        self.do("resize-window", "-x", str(cols), "-y", str(rows))


def chat_in_tmux(url: str, name: str, home: Path, cols: int = 80, rows: int = 24) -> Tmux:
    """A running chat-tui of one person, whose home folder is `home`/`name`."""
    argv = [sys.executable, "-m", "chat_tui", url, "--name", name]
    return Tmux(argv, home=home / name, cols=cols, rows=rows)
