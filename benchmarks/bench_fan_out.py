"""Deliveries per CPU second of the server: a few senders keep it saturated, many receive.

Beside it, in the same run and by the same generator, every peer that is on this machine, and the floor: C that passes
on as many bytes, with one write for each client and turn of its event loop.
"""

import os
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import NamedTuple

from crowd import Crowd
from figures import tell
from measuring import Meter, Usage, allow_many_files, apart, percentile
from peers import Peer, floor, missing, others, ours

# Receivers, and lines on their way. With 64 to 100 some servers are idle half of the time; 1,024 keep them all busy.
LOADS = os.environ.get("BENCH_LOADS", "100:64 100:1024 1000:64").split()
RUNS = int(os.environ.get("BENCH_RUNS", "3"))
SENDERS = 16
WARM_UP, MEASURED = 0.3, 1.2  # seconds
ENTERING = 10.0  # seconds; who takes longer to let everybody in is measured once
LAG = 16  # times the lines on their way: how far behind the slowest receiver may be
OPEN_LOOP = (1_000, 6_400.0, 4.0)  # receivers, messages a second, seconds
SAMPLE = 50


class Run(NamedTuple):
    """One run: deliveries in the measured time, how many came in one read, bytes of a message, what was used."""

    deliveries: float
    reads: float
    line_bytes: float
    usage: Usage
    messages: int
    entering: float
    """Seconds until all were in the room."""

    @property
    def per_cpu_second(self) -> float:
        """Deliveries per CPU second of the server."""
        return self.deliveries / self.usage.servers[0]

    @property
    def busy(self) -> float:
        """Of how much of a core the server made use; far less than one: it could have done more, and waited."""
        return self.usage.servers[0] / self.usage.seconds


def saturate(peer: Peer, size: int, in_flight: int) -> Run:
    """Keep a server busy. Every line must come to everybody once and in order, or this fails."""
    with apart(peer.start) as server:
        begin = time.perf_counter()
        crowd = Crowd(peer.protocol, server.port, size, senders=SENDERS)
        entering = time.perf_counter() - begin
        _load(crowd, in_flight, WARM_UP)
        meter, before, reads = Meter(server), crowd.delivered_bytes, crowd.reads
        _load(crowd, in_flight, MEASURED)
        usage, after, reads = meter.read(), crowd.delivered_bytes, crowd.reads - reads
        crowd.finish()
        deliveries = (after - before) / crowd.line_bytes
        run = Run(deliveries, deliveries / max(1, reads), crowd.line_bytes, usage, crowd.sent, entering)
        crowd.close()
    return run


def _load(crowd: Crowd, in_flight: int, seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        crowd.send_up_to(in_flight, LAG * in_flight)
        crowd.receive()


def several(measure: Callable[[Peer], Run], peers: list[Peer]) -> dict[str, Run]:
    """The median run of each, by turns, so that other programs' load is shared fairly."""
    runs: dict[str, list[Run]] = {}
    for _ in range(RUNS):
        for peer in peers:
            done = runs.setdefault(peer.name, [])
            if not done or done[0].entering < ENTERING:
                done.append(measure(peer))
    return {name: sorted(each, key=lambda run: run.per_cpu_second)[len(each) // 2] for name, each in runs.items()}


def _tell(size: int, in_flight: int, runs: dict[str, Run]) -> None:
    (_, mine), *rest = runs.items()
    for name, run in rest:
        tell(
            f"fan-out to {size:,}, {in_flight:,} in flight",
            mine.per_cpu_second / 1e6,
            name,
            run.per_cpu_second / 1e6,
            "M deliveries a CPU second",
            more_is_better=True,
        )
    other = median(run.usage.others / run.usage.seconds for run in runs.values())
    print(
        f"  medians of {RUNS}, {mine.line_bytes:.0f} bytes a message, {mine.reads:.0f} messages a read; busy:"
        f" {', '.join(f'{name} {run.busy:.0%}' for name, run in runs.items())}; other programs {other:.0%}",
        flush=True,
    )


def open_loop(peer: Peer) -> tuple[float, float]:
    """Median and 99th percentile of the delivery latency at a fixed rate, in seconds."""
    size, rate, seconds = OPEN_LOOP
    with apart(peer.start) as server:
        crowd = Crowd(peer.protocol, server.port, size, SAMPLE, SENDERS)
        crowd.send_due(rate, seconds)
        latencies = crowd.latencies
        crowd.close()
    return percentile(latencies, 50), percentile(latencies, 99)


def _tell_open_loop(peers: list[Peer]) -> None:
    size, rate, seconds = OPEN_LOOP
    runs: dict[str, list[tuple[float, float]]] = {}
    for _ in range(RUNS):
        for peer in peers:
            runs.setdefault(peer.name, []).append(open_loop(peer))
    (_, mine), *rest = ((name, [median(part) * 1e3 for part in zip(*each, strict=True)]) for name, each in runs.items())
    for name, theirs in rest:
        for part, ours_took, theirs_took in zip(("p50", "p99"), mine, theirs, strict=True):
            what = f"{rate:,.0f} messages a second to {size:,}, {part}"
            tell(what, ours_took, name, theirs_took, "ms", more_is_better=False)
    print(f"  medians of {RUNS} runs of {seconds:.0f} s, at {SAMPLE} of the receivers, from when a line was due")


def main() -> None:
    """Tell a figure for each size of the crowd and each peer; then the latency at a high rate."""
    allow_many_files()
    if absent := missing():
        print(absent, flush=True)
    bytes_each = 240
    for load in LOADS:
        size, in_flight = map(int, load.split(":"))
        bytes_each = round(saturate(ours(), size, in_flight).line_bytes)
        peers = [ours(), *filter(None, [floor("joined", bytes_each)]), *others()]
        _tell(size, in_flight, several(partial(saturate, size=size, in_flight=in_flight), peers))
    _tell_open_loop([ours(), *filter(None, [floor("joined", bytes_each)])])


if __name__ == "__main__":
    main()
