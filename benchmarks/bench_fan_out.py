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
from measuring import Meter, Usage, allow_many_files, loop_name, percentile
from peers import Peer, apart, floor, missing, others, ours

# Receivers, and lines on their way. With 64 to 100 some servers are idle half of the time; 1,024 keep them all busy.
LOADS = os.environ.get("BENCH_LOADS", "100:64 100:1024 1000:64 5000:64").split()
RUNS = int(os.environ.get("BENCH_RUNS", "5"))
SENDERS = 16
WARM_UP, MEASURED = 0.3, 1.2  # seconds
ENTERING = 60.0  # seconds; who takes longer to let everybody in is measured once
LAG = 16  # times the lines on their way: how far behind the slowest receiver may be
OPEN_LOOP = (1_000, 6_400.0, 5.0)  # receivers, messages a second, seconds
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
    with peer.start() as server, apart(server):
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


def _print(size: int, in_flight: int, runs: dict[str, Run]) -> None:
    first, *rest = runs.items()
    mine = first[1]
    compared = ", ".join(
        f"{name} {run.per_cpu_second / 1e6:.3f} ({mine.per_cpu_second / run.per_cpu_second:.2f}x, busy {run.busy:.0%}"
        f"{f', one run: {run.entering:.0f} s until all were in' if run.entering >= ENTERING else ''})"
        for name, run in rest
    )
    other = median(run.usage.others / run.usage.seconds for run in runs.values())
    print(
        f"fan-out to {size:,}, saturated ({in_flight:,} in flight): {mine.per_cpu_second / 1e6:.3f} million deliveries"
        " per server CPU second;"
        f" {compared}\n"
        f"  medians of {RUNS}; {mine.messages:,} messages of {mine.line_bytes:.0f} bytes, each once and in order"
        f" at every receiver; {mine.deliveries / mine.usage.seconds / 1e6:.2f} million deliveries a second,"
        f" {mine.reads:.0f} messages a read; server {mine.busy:.0%} of a core,"
        f" generator {mine.usage.own / mine.usage.seconds:.0%}, other programs {other:.0%}; {loop_name()}",
        flush=True,
    )


def open_loop(peer: Peer) -> tuple[float, float]:
    """Median and 99th percentile of the delivery latency at a fixed rate, in seconds."""
    size, rate, seconds = OPEN_LOOP
    with peer.start() as server, apart(server):
        crowd = Crowd(peer.protocol, server.port, size, SAMPLE, SENDERS)
        crowd.send_due(rate, seconds)
        latencies = crowd.latencies
        crowd.close()
    return percentile(latencies, 50), percentile(latencies, 99)


def main() -> None:
    """Print a line, and one of details, for each size of the crowd; then the latency at a high rate."""
    allow_many_files()
    if absent := missing():
        print(absent, flush=True)
    bytes_each = 240
    for load in LOADS:
        size, in_flight = map(int, load.split(":"))
        bytes_each = round(saturate(ours(), size, in_flight).line_bytes)
        peers = [ours(), *filter(None, [floor("joined", bytes_each)]), *others()]
        _print(size, in_flight, several(partial(saturate, size=size, in_flight=in_flight), peers))
    size, rate, seconds = OPEN_LOOP
    peers = [ours(), *filter(None, [floor("joined", bytes_each)])]
    middle = {peer.name: [open_loop(peer) for _ in range(RUNS)] for peer in peers}
    figures = ", ".join(
        f"{name} {median(run[0] for run in runs) * 1e3:.1f} and {median(run[1] for run in runs) * 1e3:.1f} ms"
        for name, runs in middle.items()
    )
    print(
        f"delivery latency p50 and p99 at {rate:,.0f} messages a second to {size:,}: {figures}\n"
        f"  medians of {RUNS} runs of {seconds:.0f} s, at {SAMPLE} of the receivers, from when a line was due",
        flush=True,
    )


if __name__ == "__main__":
    main()
