"""What it costs that nothing is lost: the fan-out with a log in a SQLite file beside that with the log in memory.

And, at rest, what the commit adds to the way of one message, beside what one fsync takes in the same folder.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench_fan_out import RUNS, saturate
from bench_latency import measure
from measuring import Program, allow_many_files, chat_server, loop_name
from peers import Peer, ours
from protocols import WEBSOCKET

SIZE, IN_FLIGHT = 1_000, 64  # receivers, lines on their way
ROOM, RATE, SECONDS = 10, 20.0, 6.0
SYNCS = 200


@contextmanager
def _durable() -> Iterator[Program]:
    with (
        tempfile.TemporaryDirectory() as folder,
        chat_server("--rate-limit", "off", "--ping-interval", "600", "--log", f"sqlite:{folder}/chat.db") as server,
    ):
        yield server


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
    """Print one line, and one of details."""
    allow_many_files()
    peers = [ours(), Peer("sqlite", WEBSOCKET, _durable)]
    runs: dict[str, list[float]] = {peer.name: [] for peer in peers}
    wall: dict[str, list[float]] = {peer.name: [] for peer in peers}
    rest: dict[str, list[float]] = {peer.name: [] for peer in peers}
    for _ in range(RUNS):
        for peer in peers:
            run = saturate(peer, SIZE, IN_FLIGHT)
            runs[peer.name].append(run.per_cpu_second)
            wall[peer.name].append(run.deliveries / run.usage.seconds)
            rest[peer.name].append(measure(peer, ROOM, RATE, SECONDS, ROOM).p50)
    memory, durable = (median(each) for each in runs.values())
    memory_wall, durable_wall = (median(each) for each in wall.values())
    memory_rest, durable_rest = (median(each) * 1e3 for each in rest.values())
    print(
        f"durable fan-out to {SIZE:,}, saturated: {durable / 1e6:.3f} million deliveries per server CPU second, in"
        f" memory {memory / 1e6:.3f}; ratio {durable / memory:.2f}; a second {durable_wall / 1e6:.2f} and"
        f" {memory_wall / 1e6:.2f} million. At rest the commit adds {durable_rest - memory_rest:.2f} ms (p50"
        f" {durable_rest:.2f}, in memory {memory_rest:.2f}); one fsync takes {sync_seconds() * 1e3:.2f} ms\n"
        f"  medians of {RUNS}; at rest {RATE:.0f} messages a second to {ROOM}; {loop_name()}",
        flush=True,
    )


if __name__ == "__main__":
    main()
