"""Everything at once, at half of what the server can do: throughput, memory, expiry on time, order, completeness.

1,000 clients (`--clients` for another number), of which 2 % speak: 70 % plain messages, 12 % replies, 8 % direct ones,
5 % that delete themselves after 1 to 20 s, 5 % deletions of their own. It lasts `BENCH_SECONDS`, or 40. Who looks on
has a process that nothing is put before; the load gives way. Expiry lag is from a message's `expires_at` to the arrival
of its deletion, on the one clock of this machine.
"""

import argparse
import os
import re
import select
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
from aside import Aside
from figures import tell
from measuring import (
    Meter,
    Program,
    Usage,
    allow_many_files,
    chat_server,
    percentile,
    resident_kib,
)
from mixing import END, STEADY, Mixed, mix
from wire import Client, connect

CLIENTS, SPEAK = 1_000, 0.02
SECONDS = float(os.environ.get("BENCH_SECONDS", "40"))
WARM_UP = min(25.0, SECONDS / 2)  # as long as the longest of the temporary messages stays, and some more
HISTORY = 2_000  # full after the warm-up, of messages and of deletions
SAMPLE = 4
# Who only listens answers no pings, and a load that gets no processor for a while is not closed for it.
OPTIONS = (
    "--rate-limit", "off", "--history", str(HISTORY), "--ping-interval", "100000",
    "--outbox", str(1 << 25), "--slow-after", "60",
)  # fmt: skip
LAG_PROMISE = 0.050
EXPECTED = "no_such_message"  # replies to what has just gone
_DELIVERIES = re.compile(r"^chat_deliveries_total (\S+)$", re.MULTILINE)


class _Event(msgspec.Struct):
    """The fields of the server's events that matter here."""

    type: str
    id: int = 0
    seq: int = 0
    text: str = ""
    expires_at: float | None = None


_decode = msgspec.json.Decoder(_Event).decode


@dataclass(slots=True)
class Onlooker:
    """One who only listens, and sees to it that events are in order. `lags` and `latencies` are in seconds."""

    client: Client
    offset: float  # of the wall's time from `perf_counter`
    messages: int = 0
    ids: int = 0  # of all messages, added up
    deleted: int = 0
    lags: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    saturation: float = 0.0  # once the load has said so
    ended: bool = False
    _seq: int = 0
    _numbers: dict[str, int] = field(default_factory=dict)
    _expiring: dict[int, float] = field(default_factory=dict)

    def read(self) -> None:
        """Take what has come."""
        texts = self.client.receive()
        now = time.perf_counter()
        if self.client.closed:
            raise RuntimeError(f"an onlooker was closed with {self.client.closed}")
        for event in map(_decode, texts):
            if event.type in {"message", "delete"}:
                if event.seq <= self._seq:
                    raise RuntimeError(f"change {event.seq} came after {self._seq}")
                self._seq = event.seq
            if event.type == "message":
                self._message(event, now)
            elif event.type == "delete":
                self.deleted += 1
                if (end := self._expiring.pop(event.id, None)) is not None:
                    self.lags.append(now + self.offset - end)

    def _message(self, event: _Event, now: float) -> None:
        if event.text.startswith(STEADY):
            self.saturation = float(event.text.removeprefix(STEADY))
        elif event.text == END:
            self.ended = True
        else:
            sender, number, due, _ = event.text.split(" ", 3)
            if int(number) <= self._numbers.get(sender, -1):
                raise RuntimeError(f"line {number} of {sender} came after {self._numbers[sender]}")
            self._numbers[sender] = int(number)
            self.messages += 1
            self.ids += event.id
            self.latencies.append(now - float(due))
            if event.expires_at is not None:
                self._expiring[event.id] = event.expires_at


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the measured time: events delivered and messages seen; memory in KiB, at its beginning and end."""

    deliveries: float
    messages: int
    kib: tuple[int, int]
    usage: Usage
    mixed: Mixed


def _deliveries(server: Program) -> float:
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics") as answer:
        found = _DELIVERIES.search(answer.read().decode())
    if not found:
        raise RuntimeError("the server tells no deliveries")
    return float(found[1])


def look_on(server: Program, onlookers: list[Onlooker], load: Aside[Mixed]) -> Figures:
    """Listen until it is over. What is measured begins when the load is steady and has warmed up."""
    first = onlookers[0]
    _listen(onlookers, load, lambda: first.saturation > 0)
    warm = time.perf_counter() + WARM_UP
    _listen(onlookers, load, lambda: time.perf_counter() > warm)
    for onlooker in onlookers:
        onlooker.lags.clear()
        onlooker.latencies.clear()
    before, messages, kib, meter = _deliveries(server), first.messages, resident_kib(server.pid), Meter(server)
    _listen(onlookers, load, lambda: all(onlooker.ended for onlooker in onlookers))
    usage = meter.read()
    figures = _deliveries(server) - before, first.messages - messages, (kib, resident_kib(server.pid)), usage
    return Figures(*figures, load.result())


def _listen(onlookers: list[Onlooker], load: Aside[Mixed], until: Callable[[], bool]) -> None:
    by_number = {onlooker.client.fileno(): onlooker for onlooker in onlookers}
    while not until():
        ready = select.select(by_number, (), (), 0.5)[0]
        for number in ready:
            by_number[number].read()
        if not ready and load.done:
            load.result()
            raise RuntimeError("the load has ended, and not everybody has heard of it")


def _check(onlookers: list[Onlooker], mixed: Mixed) -> None:
    """Everybody has got every public message; nothing was refused but what had to be."""
    got = {(onlooker.messages, onlooker.ids) for onlooker in onlookers}
    if {messages for messages, _ in got} != {mixed.public} or len(got) > 1:
        raise RuntimeError(f"{mixed.public} messages were for everyone; (number, sum of ids) that came: {got}")
    if set(mixed.errors) - {EXPECTED}:
        raise RuntimeError(f"lines were refused: {mixed.errors}")


def _tell(clients: int, figures: Figures, first: Onlooker) -> None:
    usage, mixed = figures.usage, figures.mixed
    before, after = (kib / 1024 for kib in figures.kib)
    lag, latency, late = (
        [percentile(values, percent) * 1e3 for percent in (50, 99)]
        for values in (first.lags, first.latencies, mixed.late)
    )
    load = f"mixed load, {clients:,} clients"
    tell(f"{load}, memory at the end", after, "after the warm-up", before, "MiB", more_is_better=False)
    tell(f"{load}, expiry lag p99", lag[1], "promised", LAG_PROMISE * 1e3, "ms", more_is_better=False)
    for part, mine, theirs in zip(("p50", "p99"), latency, late, strict=True):
        tell(f"{load}, due to heard {part}", mine, "due to said", theirs, "ms", more_is_better=False)
    refused = ", ".join(f"{count} x {code}" for code, count in mixed.errors.items()) or "none"
    said = ", ".join(f"{count:,} {kind}" for kind, count in mixed.said.items())
    print(
        f"  {usage.seconds:.0f} s after {WARM_UP:.0f} s to warm up: {figures.messages / usage.seconds:,.0f} messages"
        f" and {figures.deliveries / usage.seconds:,.0f} deliveries a second, half of what can be; {said}; refused:"
        f" {refused}; server {usage.servers[0] / usage.seconds:.0%} of a core, this process"
        f" {usage.own / usage.seconds:.0%}, load and other programs {usage.others / usage.seconds:.0%}",
        flush=True,
    )


def main() -> None:
    """Tell what grows, and how late it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=CLIENTS, help=f"how many are in the room (default: {CLIENTS})")
    clients = parser.parse_args().clients
    allow_many_files()
    with chat_server(*OPTIONS) as server:
        offset = time.time() - time.perf_counter()
        onlookers = [Onlooker(client, offset) for client in connect(server.port, SAMPLE)[0]]
        load = Aside(lambda: mix(server.port, clients, max(2, int(clients * SPEAK)), SECONDS))
        figures = look_on(server, onlookers, load)
    _check(onlookers, figures.mixed)
    _tell(clients, figures, onlookers[0])


if __name__ == "__main__":
    main()
