"""A chat-server on a disk that can be held and can lose its power: `python slow_disk.py FOLDER OPTIONS…` runs one."""

import asyncio
import fcntl
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chat_server.cli import main
from power_loss import SyncedDisk

PATIENCE = 20.0


class SlowDisk:
    """The disk under the server's log, in the hands of a test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._gate = folder / "gate"
        self._waiting = folder / "waiting"
        self.synced = folder / "synced"
        folder.mkdir(exist_ok=True)
        self._gate.touch()

    @property
    def program(self) -> tuple[str, str]:
        """What Python has to run so that a server is on this disk."""
        return __file__, str(self._folder)

    @contextmanager
    def held(self) -> Iterator[None]:
        """While this lasts, no sync ends that has not begun before."""
        self._waiting.unlink(missing_ok=True)
        with self._gate.open() as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            yield

    async def commit_waits(self) -> None:
        """Wait until a commit is all written, and waits for this disk to sync it."""
        async with asyncio.timeout(PATIENCE):
            while not self._waiting.exists():  # noqa: ASYNC110 - another process tells it by a file
                await asyncio.sleep(0.001)

    def lose_power(self, log: Path) -> None:
        """Of the log at this path, whose server was killed, leave what was synced."""
        for file in log.parent.glob(f"{log.name}*"):
            file.unlink()
        for file in self.synced.glob(f"{log.name}*"):
            shutil.copyfile(file, log.parent / file.name)

    def let_pass(self) -> None:
        """In the server, before a sync: wait while the disk is held."""
        with self._gate.open() as gate:
            try:
                fcntl.flock(gate, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                self._waiting.touch()
                fcntl.flock(gate, fcntl.LOCK_SH)


if __name__ == "__main__":
    disk = SlowDisk(Path(sys.argv[1]))
    with SyncedDisk(disk.synced, disk.let_pass).in_use():
        status = main(sys.argv[2:])
    sys.exit(status)
