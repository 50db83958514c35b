"""What deletions in a large record cost everybody else: how long the line of a bystander takes.

In one run by turns: while nothing else happens, while 20 people delete old messages as fast as the limits allow, while
the record is backed up, and with both.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from asyncio import run
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench_record import MESSAGES, Asker, fill
from figures import tell
from measuring import Program, chat_server, percentile
from wire import connect

DELETERS, EACH_SECOND = 20, 9.5
LINES, PAUSE = 60, 0.11  # of the bystander in a turn
TURNS = int(os.environ.get("BENCH_TURNS", "2"))


def _delete(port: int, seed: int) -> None:
    """In a process of its own: everybody deletes messages from anywhere in the record, until this is ended."""
    random_of = random.Random(seed)
    clients, _ = connect(port, DELETERS)
    while True:
        for client in clients:
            client.say(f"/delete {random_of.randrange(1, MESSAGES)}")
            client.receive()
            time.sleep(1 / EACH_SECOND / DELETERS)


def _bystander(asker: Asker) -> list[float]:
    times = []
    for _ in range(LINES):
        times.append(asker.ask("what a bystander says", b"message")[0])
        time.sleep(PAUSE)
    return times


class Turn:
    """One kind of turn: what runs beside the bystander."""

    def __init__(self, name: str, *, deletes: bool, backs_up: bool) -> None:
        self.name = name
        self._deletes, self._backs_up = deletes, backs_up
        self.times: list[float] = []

    def take(self, server: Program, path: Path, asker: Asker, seed: int) -> None:
        """Let the bystander speak for a while."""
        with ExitStack() as beside:
            if self._deletes:
                beside.enter_context(_running([sys.executable, __file__, str(server.port), str(seed)]))
            if self._backs_up:
                beside.enter_context(_running([sys.executable, __file__, str(path)]))
            time.sleep(1.0)
            self.times += _bystander(asker)


@contextmanager
def _running(command: list[str]) -> Iterator[None]:
    process = subprocess.Popen(command, start_new_session=True)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _back_up(path: Path) -> float:
    copy = path.with_name("copy.db")
    copy.unlink(missing_ok=True)
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-m", "chat_server", "backup", str(path), str(copy)], check=True)
    return time.perf_counter() - begin


def main() -> None:
    """Tell two figures for each kind of turn."""
    turns = [
        Turn("nothing happens", deletes=False, backs_up=False),
        Turn(f"{DELETERS} delete", deletes=True, backs_up=False),
        Turn("the record is backed up", deletes=False, backs_up=True),
        Turn(f"{DELETERS} delete and it is backed up", deletes=True, backs_up=True),
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "chat.db")
        run(fill(path, MESSAGES))
        with chat_server("--log", f"sqlite:{path}") as server:
            asker = Asker(server)
            for seed in range(TURNS):
                for turn in turns:
                    turn.take(server, path, asker, seed)
            took = _back_up(path)
    idle, *rest = turns
    for turn in rest:
        for part in (50, 95):
            what = f"a bystander's line while {turn.name}, p{part}"
            mine, theirs = (percentile(each.times, part) * 1e3 for each in (turn, idle))
            tell(what, mine, "while nothing happens", theirs, "ms", more_is_better=False)
    print(
        f"  {TURNS} turns of {LINES} lines each, {MESSAGES:,} messages; a backup takes {took:.1f} s; at most"
        f" {', '.join(f'{max(turn.times) * 1e3:.0f}' for turn in turns)} ms",
        flush=True,
    )


if __name__ == "__main__":
    if len(sys.argv) == 3:
        _delete(int(sys.argv[1]), int(sys.argv[2]))
    elif len(sys.argv) == 2:
        while True:
            _back_up(Path(sys.argv[1]))
    else:
        main()
