"""`chat-tui --plain` as a process between pipes, for tests that use it as a script does."""

import os
import selectors
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

PATIENCE = 20.0


class PlainChat:
    """One running program; leaving the context ends it. `out` and `err` are all that it has written so far."""

    def __init__(
        self, url: str, *options: str, home: Path, name: str = "ana", env: Mapping[str, str] | None = None
    ) -> None:
        home.mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "chat_tui", "--plain", "--name", name, *options, url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
            env={"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", **(env or {})},
        )  # fmt: skip
        assert self.process.stdin
        assert self.process.stdout
        assert self.process.stderr
        self.stdin, self.stdout = self.process.stdin, self.process.stdout
        self._texts = {"out": bytearray(), "err": bytearray()}
        self._selector = selectors.DefaultSelector()
        self._selector.register(self.process.stdout, selectors.EVENT_READ, "out")
        self._selector.register(self.process.stderr, selectors.EVENT_READ, "err")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self._selector.close()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    @property
    def out(self) -> str:
        """Standard output."""
        return self._texts["out"].decode()

    @property
    def err(self) -> str:
        """Standard error."""
        return self._texts["err"].decode()

    def say(self, *lines: str) -> None:
        """Write lines to its input."""
        for line in lines:
            self.stdin.write(f"{line}\n".encode())

    def close_stdout(self) -> None:
        """Read its output no more."""
        self._selector.unregister(self.stdout)
        self.stdout.close()

    def hears(self, text: str) -> str:
        """Wait for a whole line of output with this text; returns the line."""
        return self._wait("out", text)

    def complains(self, text: str) -> str:
        """The same of standard error."""
        return self._wait("err", text)

    def ends(self, *last: str) -> int:
        """Say the last lines, close the input, read to the end; returns the exit status."""
        self.say(*last)
        self.stdin.close()
        return self.ended()

    def ended(self) -> int:
        """Read to the end; returns the exit status."""
        deadline = time.monotonic() + PATIENCE
        while self._selector.get_map():
            self._read(deadline)
        return self.process.wait(PATIENCE)

    def _wait(self, where: str, text: str) -> str:
        deadline = time.monotonic() + PATIENCE
        while not (found := self._find(where, text)):
            assert self._selector.get_map(), f"it ended without {text!r}: {self.out!r} {self.err!r}"
            self._read(deadline)
        return found[0]

    def _find(self, where: str, text: str) -> Sequence[str]:
        whole = self._texts[where].rpartition(b"\n")[0].decode()
        return [line for line in whole.split("\n") if text in line]

    def _read(self, deadline: float) -> None:
        ready = self._selector.select(max(0.0, deadline - time.monotonic()))
        assert ready, f"nothing came any more: {self.out!r} {self.err!r}"
        for key, _ in ready:
            data = os.read(key.fd, 65_536)
            self._texts[key.data] += data
            if not data:
                self._selector.unregister(key.fileobj)
