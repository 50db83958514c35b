"""What 1,000 connections cost while nobody says anything: memory, and CPU time, keepalive included.

Beside it, at the same time, a stock `websockets.serve` without compression and with the same keepalive.
"""

import select
import time
from dataclasses import dataclass

from figures import tell
from measuring import Meter, Program, allow_many_files, chat_server, plain_server, resident_kib
from wire import Client, connect

CONNECTIONS = 1_000
SECONDS = 22.0  # two pings or so to everybody
PING_INTERVAL = "10"


@dataclass(frozen=True, slots=True)
class Opened:
    """Connections to a server, what it had in memory before they came (KiB), and its CPU seconds to let them in."""

    server: Program
    clients: list[Client]
    kib_before: int
    cpu_seconds: float


def _open(server: Program) -> Opened:
    """Open all connections; one before them, so that what a server imports late is not counted."""
    first, _ = connect(server.port, 1)
    before = resident_kib(server.pid)
    meter = Meter(server)
    clients, _ = connect(server.port, CONNECTIONS)
    return Opened(server, first + clients, before, meter.read().servers[0])


def _idle(clients: list[Client], seconds: float) -> None:
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
    """Tell what a connection takes, beside the stock server."""
    allow_many_files()
    with chat_server("--ping-interval", PING_INTERVAL) as ours, plain_server("--ping-interval", PING_INTERVAL) as plain:
        both = [_open(server) for server in (ours, plain)]
        clients = [client for opened in both for client in opened.clients]
        _idle(clients, 1.0)  # what is still on its way about those who joined
        for client in clients:
            client.pings = 0
        meter = Meter(ours, plain)
        _idle(clients, SECONDS)
        usage = meter.read()
        kib = [(resident_kib(opened.server.pid) - opened.kib_before) / CONNECTIONS for opened in both]
    cpu = [used / usage.seconds for used in usage.servers]
    pings = [sum(client.pings for client in opened.clients) for opened in both]
    each = [used * 1e6 / count for used, count in zip(usage.servers, pings, strict=True)]
    join = [opened.cpu_seconds * 1e6 / CONNECTIONS for opened in both]
    for what, (mine, stock), unit in (
        ("memory", kib, "KiB each"),
        ("CPU", [share * 100 for share in cpu], "% of a core"),
        ("a ping and its answer", each, "us of CPU"),
        ("to let one in", join, "us of CPU"),
    ):
        tell(f"{CONNECTIONS:,} idle, {what}", mine, "stock websockets.serve", stock, unit, more_is_better=False)
    print(
        f"  in {usage.seconds:.0f} s with {pings[0]:,} and {pings[1]:,} pings; other programs"
        f" {usage.others / usage.seconds:.0%} of a core",
        flush=True,
    )


if __name__ == "__main__":
    main()
