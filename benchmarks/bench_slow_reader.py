"""Two that stop reading among twenty that read: what the twenty notice, what it costs the server, how it ends.

500 messages of 1,000 characters a second, first without the two, then with them. Latency is from the moment when a
message was due to be sent to the moment when a reader has it, so that a late generator hides nothing.
"""

import select
import time
from dataclasses import dataclass, field

import msgspec
from measuring import Meter, Program, chat_server, loop_name, percentile, resident_kib_roughly
from wire import Client, connect

READERS, STALLED = 20, 2
PER_SECOND, CHARACTERS = 500, 1_000
WITHOUT, WITH = 5.0, 20.0  # seconds; less when the stalled have been closed
HISTORY = "500"  # small, so that it is full, and grows no more, before the stalled come
SLOW = 4008


class _Who(msgspec.Struct):
    id: str


class _Event(msgspec.Struct):
    """The fields of the server's events that matter here."""

    type: str
    text: str = ""
    left: list[str] = []
    you: _Who | None = None


_decode = msgspec.json.Decoder(_Event).decode


@dataclass(slots=True)
class Watch:
    """The readers, and what they have seen. The first one also sends."""

    server: Program
    readers: list[Client]
    sent: int = 0
    received: list[int] = field(default_factory=lambda: [0] * READERS)
    latencies: list[float] = field(default_factory=list)  # seconds
    left: dict[str, float] = field(default_factory=dict)  # client id -> when it was said to have left
    peak_kib: int = 0

    def run(self, seconds: float, until_left: set[str] | None = None) -> None:
        """Send at the rate and receive; ends early when all of `until_left` have left."""
        due = begin = time.perf_counter()
        end = begin + seconds
        while due < end:
            if until_left and until_left <= self.left.keys():
                break
            if (now := time.perf_counter()) >= due:
                self.readers[0].say(f"{self.sent} {due!r} ".ljust(CHARACTERS, "x"))
                self.sent += 1
                due += 1 / PER_SECOND
                if self.sent % 50 == 0:
                    self.peak_kib = max(self.peak_kib, resident_kib_roughly(self.server.pid))
            else:
                self._receive(due - now)
        while min(self.received) < self.sent:
            self._receive(5.0, patient=False)

    def _receive(self, wait: float, *, patient: bool = True) -> None:
        ready = select.select(self.readers, (), (), wait)[0]
        if not ready and not patient:
            raise RuntimeError(f"{self.sent} sent, but one reader got {min(self.received)}")
        for reader in ready:
            place = self.readers.index(reader)
            texts = reader.receive()
            now = time.perf_counter()
            for event in map(_decode, texts):
                if event.type == "message":
                    self._message(place, event.text, now)
                elif event.type == "clients":
                    self.left.update(dict.fromkeys(event.left, now))

    def _message(self, place: int, text: str, now: float) -> None:
        number, due, _ = text.split(" ")
        if int(number) != self.received[place]:
            raise RuntimeError(f"reader {place} got message {number} in the place of {self.received[place]}")
        self.received[place] += 1
        self.latencies.append(now - float(due))


def _ending(client: Client) -> tuple[int, int]:
    """Read what was on its way to a stalled connection; returns the close code, and how many bytes of text it was."""
    size = 0
    while client.closed is None:
        if not select.select([client], (), (), 10.0)[0]:
            raise RuntimeError("the stalled connection was not closed")
        size += sum(map(len, client.receive()))
    return client.closed, size


def main() -> None:
    """Print one line, and one of details."""
    with chat_server("--rate-limit", "off", "--history", HISTORY) as server:
        meter = Meter(server)
        watch = Watch(server, connect(server.port, READERS)[0])
        watch.run(WITHOUT)
        without, watch.latencies = watch.latencies, []
        before = watch.peak_kib = resident_kib_roughly(server.pid)
        stalled, events = connect(server.port, STALLED)
        begin = time.perf_counter()
        ids = {event.you.id for event in map(_decode, events) if event.you}
        watch.run(WITH, ids)
        after = resident_kib_roughly(server.pid)
        if not ids <= watch.left.keys():
            raise RuntimeError(f"the stalled were not closed within {WITH} s")
        endings = [_ending(client) for client in stalled]
        usage = meter.read()
    if [code for code, _ in endings] != [SLOW] * STALLED:
        raise RuntimeError(f"the stalled ended with {endings}, not with {SLOW}")
    closed = max(watch.left[client] for client in ids) - begin
    print(
        f"slow readers, {STALLED} stalled beside {READERS}: {_compare('p50', 50, watch.latencies, without)};"
        f" {_compare('p99', 99, watch.latencies, without)}; closed with {SLOW} after {closed:.1f} s;"
        f" server grew by {(watch.peak_kib - before) / 1024:.1f} MiB at most, {(after - before) / 1024:.1f} in all\n"
        f"  {PER_SECOND} messages of {CHARACTERS:,} characters a second, {watch.sent:,} in all, in order at all"
        f" {READERS}; {max(size for _, size in endings) / 1048576:.1f} MiB waited in the system for a stalled one;"
        f" server {usage.servers[0] / usage.seconds:.0%} of a core, generator {usage.own / usage.seconds:.0%},"
        f" other programs {usage.others / usage.seconds:.0%}; {loop_name()}",
        flush=True,
    )


def _compare(name: str, percent: float, latencies: list[float], without: list[float]) -> str:
    """A percentile with the stalled, without them, and the ratio."""
    one, other = percentile(latencies, percent), percentile(without, percent)
    return f"{name} {one * 1e3:.2f} ms, without them {other * 1e3:.2f}, ratio {one / other:.2f}"


if __name__ == "__main__":
    main()
