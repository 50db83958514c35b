"""The real programs as processes of their own, for tests that see them as their users do."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from terminal import Terminal

_READY = re.compile(r"listens on ws://127\.0\.0\.1:(\d+)")


class Server:
    """A running chat-server on loopback; `log` is what it has written to stderr up to the ready line.

    `program` is what Python runs in its place, with the same options; `under` a command that runs all of it.
    """

    def __init__(
        self,
        *options: str,
        port: int = 0,
        program: Sequence[str] = ("-m", "chat_server"),
        under: Sequence[str] = (),
    ) -> None:
        command = [*under, sys.executable, *program, "--host", "127.0.0.1", "--port", str(port), *options]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        self.log = ""
        for line in self.process.stderr:
            self.log += line
            if ready := _READY.search(line):
                self.port = int(ready[1])
                return
        raise AssertionError(f"chat-server did not start:\n{self.log}")

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"ws://127.0.0.1:{self.port}"

    def stop(self) -> int:
        """End it as an operator does; returns its exit status."""
        self.process.terminate()
        _, rest = self.process.communicate(timeout=20)
        self.log += rest
        return self.process.returncode

    def kill(self) -> None:
        """End it as nothing should."""
        self.process.kill()
        self.process.communicate(timeout=20)

    def end(self) -> None:
        """End it by force, unless it has ended."""
        if self.process.poll() is None:
            self.kill()


@contextmanager
def running_server(*options: str, port: int = 0) -> Iterator[Server]:
    """A server for as long as this lasts."""
    server = Server(*options, port=port)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


def chat_tui(
    url: str,
    name: str,
    home: Path,
    cols: int = 80,
    rows: int = 24,
    env: Mapping[str, str] | None = None,
    guest_of: str = "",
) -> Terminal:
    """A running chat-tui of one person, whose home folder is `home`/`name`, or of a guest in somebody else's.

    It deletes at once.
    """
    folder = home / (guest_of or name)
    folder.mkdir(exist_ok=True)
    argv = [sys.executable, "-m", "chat_tui", url, "--name", name, *(["--guest"] if guest_of else [])]
    return Terminal(argv, home=folder, cols=cols, rows=rows, env={"CHAT_TUI_UNDO_SECONDS": "0", **(env or {})})


@contextmanager
def seed_server(*options: str) -> Iterator[str]:
    """A server of somebody else's; gives its URL."""
    script = Path(__file__).with_name("seed_server.py")
    process = subprocess.Popen([sys.executable, str(script), *options], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"ws://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.communicate(timeout=20)
