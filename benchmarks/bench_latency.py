"""How long a message is on its way while little is said: to 1,000 (33 messages a second), and in a room of ten (20).

Beside it, in the same run, every peer on this machine, and the floor in C with a write for each message and client.
Latency is from when a message was due until a receiver has read it, so that a late generator hides nothing.
"""

import os
from statistics import median
from typing import NamedTuple

from crowd import Crowd
from measuring import allow_many_files, loop_name, percentile
from peers import Peer, apart, floor, missing, others, ours

RUNS = int(os.environ.get("BENCH_RUNS", "5"))
ROOMS = ((1_000, 33.0, 4.0, 100), (10, 20.0, 6.0, 10))  # receivers, messages a second, seconds, who are looked at
FRAME = 225  # bytes of a message of 64 characters, as chat-server frames it


class Latency(NamedTuple):
    """Seconds from being due to being read."""

    p50: float
    p99: float


def measure(peer: Peer, size: int, rate: float, seconds: float, sample: int) -> Latency:
    """One run."""
    with peer.start() as server, apart(server):
        crowd = Crowd(peer.protocol, server.port, size, sample)
        crowd.send_due(rate, seconds)
        latencies = crowd.latencies
        crowd.close()
    return Latency(percentile(latencies, 50), percentile(latencies, 99))


def main() -> None:
    """Print a line, and one of details, for each room."""
    allow_many_files()
    if absent := missing():
        print(absent, flush=True)
    peers = [ours(), *filter(None, [floor("each", FRAME)]), *others()]
    for size, rate, seconds, sample in ROOMS:
        runs: dict[str, list[Latency]] = {}
        for _ in range(RUNS):
            for peer in peers:
                runs.setdefault(peer.name, []).append(measure(peer, size, rate, seconds, sample))
        middle = {name: Latency(*(median(part) for part in zip(*each, strict=True))) for name, each in runs.items()}
        first, *rest = middle.items()
        mine = first[1]
        beside = ", ".join(
            f"{name} {one.p50 * 1e3:.2f} and {one.p99 * 1e3:.2f} ({mine.p50 / one.p50:.2f}x, {mine.p99 / one.p99:.2f}x)"
            for name, one in rest
        )
        print(
            f"latency to {size:,} at {rate:.0f} messages a second, p50 and p99: {mine.p50 * 1e3:.2f} and"
            f" {mine.p99 * 1e3:.2f} ms; {beside}\n"
            f"  medians of {RUNS} runs of {seconds:.0f} s, at {sample} of the receivers; {loop_name()}",
            flush=True,
        )


if __name__ == "__main__":
    main()
