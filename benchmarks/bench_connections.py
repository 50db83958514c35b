"""Many connections that say nothing: what it costs to let them in, to keep them, and to see whether they are alive.

Beside it the peers that people would pick for WebSockets, and mosquitto, each alone on the machine.
"""

import os
import select
import socket
import time
from statistics import median
from typing import NamedTuple

from crowd import enter
from figures import tell
from measuring import Meter, allow_many_files, apart, chat_server, resident_kib
from peers import Peer, missing, others, ours
from wire import Client, connect

CONNECTIONS = int(os.environ.get("BENCH_CONNECTIONS", "10000"))
RUNS = int(os.environ.get("BENCH_RUNS", "1"))
IDLE, QUIET = 5.0, 2.0  # seconds
ALIVE, PING_INTERVAL = 1_000, 10  # connections that answer pings, seconds
COMPARED = {"websockets.broadcast()", "node ws", "node socket.io", "mosquitto"}


class Crowded(NamedTuple):
    """Newcomers a CPU second of the server, KiB that each takes, share of a core while nobody says anything."""

    per_cpu_second: float
    kib: float
    idle: float
    others: float


def measure(peer: Peer) -> Crowded:
    """Let all in, and then leave them alone."""
    with apart(peer.start) as server:
        first = enter(peer.protocol, server.port, 1)  # what a server loads late is not counted
        before, meter = resident_kib(server.pid), Meter(server)
        sockets = enter(peer.protocol, server.port, CONNECTIONS, len(first))
        storm = meter.read()
        _hear_out(first + sockets)
        kib = (resident_kib(server.pid) - before) / CONNECTIONS
        meter = Meter(server)
        time.sleep(IDLE)
        usage = meter.read()
        for one in first + sockets:
            one.close()
    return Crowded(CONNECTIONS / storm.servers[0], kib, usage.servers[0] / usage.seconds, storm.others / storm.seconds)


def _hear_out(sockets: list[socket.socket]) -> None:
    """Read what everybody is told about those who came, until nothing more comes."""
    poll = select.epoll()
    by_number = {one.fileno(): one for one in sockets}
    for one in sockets:
        poll.register(one, select.EPOLLIN)
    buffer = bytearray(1 << 20)
    while ready := poll.poll(QUIET):
        for number, _ in ready:
            if not by_number[number].recv_into(buffer):
                raise RuntimeError("the server has closed a connection")
    poll.close()


def keepalive() -> tuple[float, float]:
    """CPU seconds of the real server for each ping and its answer, and how many there were."""
    with apart(lambda: chat_server("--ping-interval", str(PING_INTERVAL))) as server:
        clients, _ = connect(server.port, ALIVE)
        _answer(clients, 2.0)
        for client in clients:
            client.pings = 0
        meter = Meter(server)
        _answer(clients, 2.0 * PING_INTERVAL)
        used, pings = meter.read().servers[0], sum(client.pings for client in clients)
        for client in clients:
            client.socket.close()
    return used / pings, pings


def _answer(clients: list[Client], seconds: float) -> None:
    """Answer pings and do nothing else."""
    poll = select.epoll()
    by_number = {client.fileno(): client for client in clients}
    for client in clients:
        poll.register(client, select.EPOLLIN)
    end = time.perf_counter() + seconds
    while (left := end - time.perf_counter()) > 0:
        for number, _ in poll.poll(left):
            by_number[number].receive()
            if by_number[number].closed:
                raise RuntimeError(f"a connection was closed with {by_number[number].closed}")
    poll.close()


def main() -> None:
    """Tell two figures for each peer; what idle ones cost some of them is nearly nothing, and no ratio."""
    allow_many_files()
    if absent := missing():
        print(absent, flush=True)
    peers = [ours(), *(peer for peer in others() if peer.name in COMPARED)]
    runs = {peer.name: [measure(peer) for _ in range(RUNS)] for peer in peers}
    middle = {name: Crowded(*(median(part) for part in zip(*each, strict=True))) for name, each in runs.items()}
    (_, mine), *rest = middle.items()
    crowd = f"{CONNECTIONS:,} connections"
    for name, one in rest:
        tell(f"{crowd}, memory", mine.kib, name, one.kib, "KiB each", more_is_better=False)
        tell(f"{crowd}, let in", mine.per_cpu_second, name, one.per_cpu_second, "a CPU second", more_is_better=True)
    each_ping, pings = keepalive()
    print(
        f"  medians of {RUNS}; idle: {', '.join(f'{name} {one.idle:.2%}' for name, one in middle.items())} of a core;"
        f" {each_ping * 1e6:.0f} us of CPU a ping and its answer ({pings:,} of them); other"
        f" programs {mine.others:.0%} of a core",
        flush=True,
    )


if __name__ == "__main__":
    main()
