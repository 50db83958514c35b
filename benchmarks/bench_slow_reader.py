"""Two of twenty stop reading: what the others notice, what it costs the server, how it ends, and what they missed.

1,500 messages of 1,000 characters a second, by turns with all twenty reading and with two that have stopped, until
these have been closed. Latency is from the moment when a message was due to be sent to the moment when a reader has it,
so that a late generator hides nothing; it is that of the eighteen in both. The two then read with which code they were
closed, come back as the same clients, and must be given every message that they missed, each once.
"""

import os
import secrets
import select
import time
from dataclasses import dataclass, field
from statistics import median

import msgspec
from figures import tell
from measuring import Meter, Program, chat_server, percentile, resident_kib_roughly
from wire import Client

READERS, STALLED = 20, 2
PER_SECOND, CHARACTERS = 1_500, 1_000
OUTBOXES = (1 << 20, 1 << 23)  # bytes
ROUNDS = int(os.environ.get("BENCH_RUNS", "3"))
ALL_READ, SOME_STALL = 3.0, 20.0  # seconds; the second ends when the stalled have been closed
HISTORY = 12_000  # full before it begins, so that it grows no more; long enough for what is missed
AT_ONCE = 100
SLOW = 4008
SLACK_KIB = 4096  # that a server may grow by beside what waits
PATIENCE = 20.0
PAGE = 200  # messages that one answer to /history holds


class _Who(msgspec.Struct):
    id: str


class _Said(msgspec.Struct):
    id: int
    text: str

    @property
    def number(self) -> int:
        """Which of the messages it is, from 0."""
        return int(self.text.split(" ", 1)[0])


class _Event(msgspec.Struct):
    """The fields of the server's events that matter here."""

    type: str
    text: str = ""
    seq: int = 0
    epoch: str = ""
    left: list[str] = []
    you: _Who | None = None
    messages: list[_Said] = []
    resumed: bool = False
    missed: int | None = None


_decode = msgspec.json.Decoder(_Event).decode


@dataclass(frozen=True, slots=True)
class Return:
    """What somebody was given who came back: messages with `init`, and those asked for with /history after that."""

    resumed: bool
    with_init: int
    from_history: int


class Reader:
    """One of the twenty. `next` is the number of the message that must come next."""

    def __init__(self, port: int) -> None:
        self.next = 0
        self._port = port
        self._secret = secrets.token_hex(16)
        self._seq = 0
        self._connect("/")

    def _connect(self, path: str) -> _Event:
        self.client = Client(self._port, path, self._secret)
        init = self._wait_for("init")
        assert init.you
        self.id, self._epoch, self._seq = init.you.id, init.epoch, init.seq
        return init

    def _wait_for(self, kind: str) -> _Event:
        while True:
            if not select.select([self.client], (), (), PATIENCE)[0]:
                raise RuntimeError(f"no {kind} came")
            for event in map(_decode, self.client.receive()):
                if event.type == kind:
                    return event

    def read(self) -> tuple[list[float], list[str]]:
        """Take what has come: when each message was due, and who has left."""
        due, left = [], []
        for event in map(_decode, self.client.receive()):
            if event.type == "message":
                number, time_due, _ = event.text.split(" ")
                if int(number) != self.next:
                    raise RuntimeError(f"message {number} came in the place of {self.next}")
                self.next += 1
                self._seq = event.seq
                due.append(float(time_due))
            elif event.type == "clients":
                left += event.left
        return due, left

    def end(self) -> int:
        """Read what was on its way to a connection that is being closed; returns the close code."""
        while self.client.closed is None:
            if not select.select([self.client], (), (), PATIENCE)[0]:
                raise RuntimeError("the stalled connection was not closed")
            self.read()
        self.client.socket.close()
        return self.client.closed

    def come_back(self, sent: int) -> Return:
        """Connect again, and get what was missed of the `sent` messages. Raises RuntimeError when it is not all."""
        init = self._connect(f"/?resume={self._epoch}.{self._seq}")
        missing = range(self.next, sent)
        messages = given = [message for message in init.messages if message.number >= self.next]
        while len(messages) < len(missing):
            self.client.say(f"/history {messages[0].id if messages else self._seq + 1} {PAGE}")
            page = [message for message in self._wait_for("history").messages if message.number >= self.next]
            if not page:
                break
            messages = page + messages
        if [message.number for message in messages] != list(missing):
            raise RuntimeError(f"{len(missing)} were missed, and of these {len(messages)} could be had")
        if init.resumed and init.missed not in {None, len(missing)}:
            raise RuntimeError(f"{len(missing)} were missed, and {init.missed} were said to be")
        self.next = sent
        return Return(init.resumed, len(given), len(messages) - len(given))


@dataclass(slots=True)
class Watch:
    """All readers; the first one also sends. Latencies are in seconds."""

    server: Program
    readers: list[Reader]
    sent: int = 0
    latencies: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)  # by how much messages were sent after they were due
    left: dict[str, float] = field(default_factory=dict)  # client id -> when it was said to have left
    peak_kib: int = 0

    @property
    def steady(self) -> list[Reader]:
        """Those who never stop reading."""
        return self.readers[:-STALLED]

    @property
    def stalling(self) -> list[Reader]:
        """Those who sometimes do."""
        return self.readers[-STALLED:]

    def fill(self) -> None:
        """As many messages as are kept, a few at a time."""
        while self.sent < HISTORY:
            for _ in range(AT_ONCE):
                self._say(time.perf_counter())
            self._catch_up(self.readers)

    def run(self, readers: list[Reader], seconds: float, until_left: set[str] | None = None) -> list[float]:
        """Send at the rate, and let these read; ends early when all of `until_left` have left. Returns latencies."""
        self.latencies = []
        due = time.perf_counter()
        end = due + seconds
        while due < end and not (until_left and until_left <= self.left.keys()):
            if (now := time.perf_counter()) >= due:
                self._say(due)
                self.late.append(now - due)
                due += 1 / PER_SECOND
                if self.sent % 50 == 0:
                    self.peak_kib = max(self.peak_kib, resident_kib_roughly(self.server.pid))
            else:
                self._receive(readers, due - now)
        self._catch_up(readers)
        return self.latencies

    def _say(self, due: float) -> None:
        self.readers[0].client.say(f"{self.sent} {due!r} ".ljust(CHARACTERS, "x"))
        self.sent += 1

    def _catch_up(self, readers: list[Reader]) -> None:
        while min(reader.next for reader in readers) < self.sent:
            if not self._receive(readers, PATIENCE):
                raise RuntimeError(f"{self.sent} sent, but one reader got {min(reader.next for reader in readers)}")

    def _receive(self, readers: list[Reader], wait: float) -> bool:
        by_client = {reader.client: reader for reader in readers}
        ready = select.select(by_client, (), (), wait)[0]
        for client in ready:
            reader = by_client[client]
            due, left = reader.read()
            now = time.perf_counter()
            if reader not in self.stalling:
                self.latencies += [now - time_due for time_due in due]
            self.left.update(dict.fromkeys(left, now))
        return bool(ready)


@dataclass(slots=True)
class Figures:
    """Of all rounds. Latencies, a list for each round, and `closed_after` are in seconds, `grown` is in KiB."""

    together: list[list[float]] = field(default_factory=list)
    stalled: list[list[float]] = field(default_factory=list)
    closed_after: list[float] = field(default_factory=list)
    grown: list[int] = field(default_factory=list)
    missed: list[int] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)


def _round(watch: Watch, figures: Figures) -> None:
    figures.together.append(watch.run(watch.readers, ALL_READ))
    watch.left.clear()
    before = watch.peak_kib = resident_kib_roughly(watch.server.pid)
    ids = {reader.id for reader in watch.stalling}
    begin = time.perf_counter()
    figures.stalled.append(watch.run(watch.steady, SOME_STALL, ids))
    if not ids <= watch.left.keys():
        raise RuntimeError(f"the stalled were not closed within {SOME_STALL} s")
    figures.grown.append(watch.peak_kib - before)
    figures.closed_after.append(max(watch.left[reader_id] for reader_id in ids) - begin)
    for reader in watch.stalling:
        if (code := reader.end()) != SLOW:
            raise RuntimeError(f"a stalled one was closed with {code}, not with {SLOW}")
        figures.missed.append(watch.sent - reader.next)
        figures.returns.append(reader.come_back(watch.sent))


def measure(outbox: int) -> None:
    """Tell the figures for one size of the outbox."""
    figures = Figures()
    with chat_server("--rate-limit", "off", "--history", str(HISTORY), "--outbox", str(outbox)) as server:
        watch = Watch(server, [Reader(server.port) for _ in range(READERS)])
        watch.fill()
        meter = Meter(server)
        for _ in range(ROUNDS):
            _round(watch, figures)
        usage = meter.read()
    if max(figures.grown) > STALLED * outbox // 1024 + SLACK_KIB:
        raise RuntimeError(f"the server grew by {max(figures.grown)} KiB, with {STALLED} outboxes of {outbox} bytes")
    stop = f"{STALLED} of {READERS} stop reading, outbox {outbox >> 20} MiB"
    for part in (50, 99):
        # the median over the rounds: one may be disturbed
        mine, theirs = (
            median(percentile(each, part) for each in rounds) * 1e3 for rounds in (figures.stalled, figures.together)
        )
        tell(f"{stop}, p{part} of the others", mine, "all read", theirs, "ms", more_is_better=False)
    mib = max(figures.grown) / 1024
    tell(f"{stop}, server grows by", mib, "the outboxes", STALLED * outbox / (1 << 20), "MiB", more_is_better=False)
    resumed = sum(each.resumed for each in figures.returns)
    print(
        f"  {ROUNDS} rounds; closed with {SLOW} after {max(figures.closed_after):.1f} s; {min(figures.missed):,} to"
        f" {max(figures.missed):,} messages missed, and had later, each once: {resumed} of {len(figures.returns)}"
        f" resumed, {sum(each.with_init for each in figures.returns):,} with init,"
        f" {sum(each.from_history for each in figures.returns):,} by /history; sent late by p99"
        f" {percentile(watch.late, 99) * 1e3:.1f} ms; server {usage.servers[0] / usage.seconds:.0%} of a core,"
        f" generator {usage.own / usage.seconds:.0%}, other programs {usage.others / usage.seconds:.0%}",
        flush=True,
    )


def main() -> None:
    """Measure with a small outbox and with a large one."""
    for outbox in OUTBOXES:
        measure(outbox)


if __name__ == "__main__":
    main()
