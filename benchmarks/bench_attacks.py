"""What two people who talk notice of attacks on the server, one after the other, with the default limits.

The two exchange a line every 50 ms from a process that nothing is put before; the attackers give way, but have what
the server leaves of the processors. Latency is from the moment when a line was due to be sent to the moment when the
other one has it; how late the sender itself was is beside it. Parts of the names of attacks as arguments: only those.
"""

import os
import select
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec
from aside import Aside
from attackers import Outcome
from attacks import ATTACKS, Attack
from figures import tell
from measuring import Meter, Program, Usage, allow_many_files, chat_server, percentile, resident_kib_roughly
from wire import Client, connect

SECONDS = float(os.environ.get("BENCH_ATTACK_SECONDS", "3"))
ALONE = 3 * SECONDS  # what all attacks are compared with
EVERY = 0.05  # seconds
PROMISE = 0.050  # seconds, for the 99th percentile
PATIENCE = 60.0
_MARK = "between us "
_ERROR = b'"type":"error"'
_LOG_LINES = 3


class _Said(msgspec.Struct):
    text: str = ""


_decode = msgspec.json.Decoder(_Said).decode


@dataclass(slots=True)
class Pair:
    """Two clients that speak in turn. `latencies` and how `late` the lines were sent are in seconds.

    After a long wait their lines come at once, and may be too many for their own rate limit: these are `refused`.
    """

    server: Program
    clients: list[Client]
    said: int = 0
    heard: int = 0
    refused: int = 0
    next: list[int] = field(default_factory=lambda: [0, 1])  # by sender: the least number that may come
    latencies: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    peak_kib: int = 0

    def talk(self, goes_on: Callable[[], bool]) -> None:
        """Talk for as long as this holds, and until the last line has come."""
        self.latencies, self.late, self.peak_kib = [], [], 0
        due = time.perf_counter()
        while goes_on():
            now = time.perf_counter()
            if now < due:
                self._receive(due - now)
                continue
            self.late.append(now - due)
            self.clients[self.said % 2].say(f"{_MARK}{self.said} {due!r}")
            self.said += 1
            due += EVERY
            self.peak_kib = max(self.peak_kib, resident_kib_roughly(self.server.pid))
        end = time.perf_counter() + PATIENCE
        while self.heard + self.refused < self.said:
            self._receive(1.0)
            if time.perf_counter() > end:
                raise RuntimeError(f"{self.said} lines said, {self.heard} came, {self.refused} were refused")

    def _receive(self, wait: float) -> None:
        for client in select.select(self.clients, (), (), wait)[0]:
            texts = client.receive()
            now = time.perf_counter()
            if client.closed:
                raise RuntimeError(f"one of the two was closed with {client.closed}")
            for text in texts:
                if _MARK.encode() in text:
                    self._hear(client, text, now)
                elif _ERROR in text:
                    self.refused += 1

    def _hear(self, client: Client, text: bytes, now: float) -> None:
        _, _, number, due = _decode(text).text.split(" ")
        if client is self.clients[int(number) % 2]:  # its own
            return
        sender = int(number) % 2
        if int(number) < self.next[sender]:
            raise RuntimeError(f"line {number} came when {self.next[sender]} was the next")
        self.next[sender] = int(number) + 2
        self.heard += 1
        self.latencies.append(now - float(due))


@dataclass(frozen=True, slots=True)
class Figures:
    """What the two noticed, and what the server used; memory in KiB."""

    latencies: Sequence[float]
    late: Sequence[float]
    kib: tuple[int, int, int]  # before, at most, after
    usage: Usage
    refused: int
    outcome: Outcome | None
    log: Sequence[str]


def measure(attack: Attack | None) -> Figures:
    """A server, the two, and the attack."""
    with chat_server() as server:
        pair = Pair(server, connect(server.port, 2)[0])
        _talk_for(pair, 1.0)
        before, meter, logged = resident_kib_roughly(server.pid), Meter(server), len(server.log_lines())
        if attack is None:
            _talk_for(pair, ALONE)
            outcome = None
        else:
            attacker = Aside(lambda: attack.run(server.port, SECONDS))
            pair.talk(lambda: not attacker.done)
            outcome = attacker.result()
        usage, latencies, late, peak = meter.read(), pair.latencies, pair.late, pair.peak_kib
        _talk_for(pair, 1.0)
        kib = before, max(peak, before), resident_kib_roughly(server.pid)
        return Figures(latencies, late, kib, usage, pair.refused, outcome, server.log_lines()[logged:])


def _talk_for(pair: Pair, seconds: float) -> None:
    end = time.perf_counter() + seconds
    pair.talk(lambda: time.perf_counter() < end)


def _tell(attack: Attack, figures: Figures, alone: Figures) -> None:
    mine, theirs = (percentile(each.latencies, 99) * 1e3 for each in (figures, alone))
    tell(f"p99 of two who talk, {attack.name}", mine, "without an attack", theirs, "ms", more_is_better=False)
    before, peak, _ = (kib / 1024 for kib in figures.kib)
    assert figures.outcome is not None
    print(
        f"  p50 {percentile(figures.latencies, 50) * 1e3:.1f} ms; {figures.outcome.sent:,} {attack.unit}, ended:"
        f" {_endings(figures.outcome)}; server {before:.1f} MiB, {peak:.1f} at most;"
        f" {_used(figures)}; {len(figures.log)} lines in its log",
        flush=True,
    )
    shapes = Counter(line.split(" ", 2)[-1].split(": ", 1)[0] for line in figures.log)
    for line, count in shapes.most_common(_LOG_LINES):
        print(f"    {count} x {line}", flush=True)


def _used(figures: Figures) -> str:
    usage = figures.usage
    return (
        f"{len(figures.latencies)} lines, late by p99 {percentile(figures.late, 99) * 1e3:.1f} ms, {figures.refused}"
        f" refused; server {usage.servers[0] / usage.seconds:.0%} of a core, attackers {usage.own / usage.seconds:.0%},"
        f" other programs {usage.others / usage.seconds:.0%}"
    )


def _endings(outcome: Outcome) -> str:
    counts = ", ".join(f"{count:,} x {ending}" for ending, count in sorted(outcome.endings.items()))
    return f"{counts}, after {outcome.longest:.1f} s at most" if outcome.longest else counts or "none"


def main() -> None:
    """Tell what the two notice without an attack, beside what is promised, and of each, beside that."""
    allow_many_files()
    wanted = [attack for attack in ATTACKS if not sys.argv[1:] or any(word in attack.name for word in sys.argv[1:])]
    alone = measure(None)
    p50, p99 = (percentile(alone.latencies, part) * 1e3 for part in (50, 99))
    tell("p99 of two who talk, without an attack", p99, "promised", PROMISE * 1e3, "ms", more_is_better=False)
    print(f"  p50 {p50:.1f} ms; {_used(alone)}", flush=True)
    for attack in wanted:
        _tell(attack, measure(attack), alone)


if __name__ == "__main__":
    main()
