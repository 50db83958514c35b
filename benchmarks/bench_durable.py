"""The price of losing nothing: the server with a log in a SQLite file beside itself with the log in memory.

Both threads, the one that writes the log and the one that does all else, are on one core: what a host of one core sees.
By turns: the fan-out to many and to some; how much goes through the log when hardly anybody has to be told, one who
hears what it says itself; and, at rest, what the commit adds to the way of one message.
"""

import os
import select
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench_fan_out import RUNS, saturate
from bench_latency import measure
from figures import tell
from measuring import Program, allow_many_files, apart, chat_server
from peers import Peer, ours
from protocols import WEBSOCKET
from wire import TEXT, client_frame, connect

LOADS = ((1_000, 64), (100, 64))  # receivers, lines on their way
WAITING, CHARACTERS, ALONE = 100, 64, 2.0  # lines on their way of the one who hears itself; seconds
WARM_UP = 0.5
ROOM, RATE, SECONDS = 10, 20.0, 3.0
SYNCS = 200
_MARK = b'"text":"@'
_PATIENCE = 20.0


@contextmanager
def _durable() -> Iterator[Program]:
    with (
        tempfile.TemporaryDirectory() as folder,
        chat_server("--rate-limit", "off", "--ping-interval", "600", "--log", f"sqlite:{folder}/chat.db") as server,
    ):
        yield server


def alone(peer: Peer) -> float:
    """Messages a second of one who says something, with `WAITING` on their way, and is all who hears it."""
    with apart(peer.start) as server:
        (client,), _ = connect(server.port, 1)
        said = heard = counted = 0
        begin = time.perf_counter() + WARM_UP
        while (now := time.perf_counter()) < begin + ALONE:
            if now < begin:
                counted = heard
            due = range(said, heard + WAITING)
            client.socket.sendall(
                b"".join(client_frame(TEXT, (b"@%09d " % number).ljust(CHARACTERS, b"x")) for number in due)
            )
            said = heard + WAITING
            if not select.select([client], (), (), _PATIENCE)[0]:
                raise RuntimeError(f"{said} lines were said, and {heard} came back")
            for text in client.receive():
                if _MARK in text:
                    if b"%b%09d " % (_MARK, heard) not in text:
                        raise RuntimeError(f"line {heard} did not come back when it was its turn")
                    heard += 1
        client.socket.close()
    return (heard - counted) / (now - begin)


def sync_seconds() -> float:
    """The median of what one fsync takes, of a file that has grown by a page."""
    times = []
    with tempfile.TemporaryDirectory() as folder, Path(folder, "file").open("wb", buffering=0) as file:
        for _ in range(SYNCS):
            file.write(bytes(4096))
            begin = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - begin)
    return median(times)


def main() -> None:
    """Tell each figure of the file beside that in memory."""
    allow_many_files()
    memory, file = ours(), Peer("sqlite", WEBSOCKET, _durable)
    for size, in_flight in LOADS:
        runs = [[saturate(peer, size, in_flight) for peer in (file, memory)] for _ in range(RUNS)]
        mine, theirs = (median(run.per_cpu_second for run in each) / 1e6 for each in zip(*runs, strict=True))
        what = f"durable fan-out to {size:,}, {in_flight} in flight"
        tell(what, mine, "in memory", theirs, "M deliveries a CPU second", more_is_better=True)
    rates = [[alone(peer) for peer in (file, memory)] for _ in range(RUNS)]
    mine, theirs = (median(each) for each in zip(*rates, strict=True))
    tell(f"durable, {WAITING} waiting, one hears", mine, "in memory", theirs, "messages a second", more_is_better=True)
    rests = [[measure(peer, ROOM, RATE, SECONDS, ROOM).p50 for peer in (file, memory)] for _ in range(RUNS)]
    mine, theirs = (median(each) * 1e3 for each in zip(*rests, strict=True))
    what = f"durable, {RATE:.0f} messages a second to {ROOM}, p50"
    tell(what, mine, "in memory", theirs, "ms", more_is_better=False)
    print(f"  medians of {RUNS}; both threads on one core; one fsync takes {sync_seconds() * 1e3:.2f} ms", flush=True)


if __name__ == "__main__":
    main()
