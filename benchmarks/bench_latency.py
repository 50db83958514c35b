"""How long a message is on its way while little is said: to 1,000 (33 messages a second), and in a room of ten (20).

Beside it, in the same run, every peer on this machine, and the floor in C with a write for each message and client.
Latency is from when a message was due until a receiver has read it, so that a late generator hides nothing.
"""

import os
from statistics import median
from typing import NamedTuple

from crowd import Crowd
from figures import tell
from measuring import allow_many_files, apart, percentile
from peers import Peer, floor, missing, others, ours

RUNS = int(os.environ.get("BENCH_RUNS", "3"))
ROOMS = ((1_000, 33.0, 3.0, 100), (10, 20.0, 3.0, 10))  # receivers, messages a second, seconds, who are looked at
FRAME = 225  # bytes of a message of 64 characters, as chat-server frames it


class Latency(NamedTuple):
    """Seconds from being due to being read."""

    p50: float
    p99: float


def measure(peer: Peer, size: int, rate: float, seconds: float, sample: int) -> Latency:
    """One run."""
    with apart(peer.start) as server:
        crowd = Crowd(peer.protocol, server.port, size, sample)
        crowd.send_due(rate, seconds)
        latencies = crowd.latencies
        crowd.close()
    return Latency(percentile(latencies, 50), percentile(latencies, 99))


def main() -> None:
    """Tell two figures for each room and each peer."""
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
        (_, mine), *rest = middle.items()
        for name, theirs in rest:
            for part, ours_took, theirs_took in zip(Latency._fields, mine, theirs, strict=True):
                what = f"{rate:.0f} messages a second to {size:,}, {part}"
                tell(what, ours_took * 1e3, name, theirs_took * 1e3, "ms", more_is_better=False)
        print(f"  medians of {RUNS} runs of {seconds:.0f} s, at {sample} of the receivers", flush=True)


if __name__ == "__main__":
    main()
