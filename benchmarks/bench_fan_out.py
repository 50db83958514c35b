"""Deliveries per CPU second of the server: a few senders keep it saturated, many receive.

Beside it, in the same run, a minimal server that calls `websockets.broadcast()` for each message. What every receiver
gets is checked byte by byte: whoever is ahead says what the stream is, all others must get the same, and at the end
the stream must hold each line once, in the order of its sender.
"""

import select
import time
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import msgspec
from measuring import Meter, Program, Usage, allow_many_files, chat_server, loop_name, plain_server
from wire import TEXT, Client, client_frame, connect, frame_end

RECEIVERS = (100, 1_000)
IN_FLIGHT = (1, 8, 64)  # lines that the senders wait for, all together: nothing to join, a little, much
SENDERS = 4
CHARACTERS = 64
WARM_UP, MEASURED = 0.3, 1.2  # seconds
LAG = 16  # times as many lines as are in flight may be on their way to the slowest receiver
PATIENCE = 20.0


class _Said(msgspec.Struct):
    id: int
    text: str


_BEGIN = b'"text":"begin"'
_MESSAGE = b'{"type":"message",'
_decode = msgspec.json.Decoder(_Said).decode


@dataclass(frozen=True, slots=True)
class Result:
    """One run: `deliveries` in the measured time, the `reads` that they took; all `messages` of this load."""

    deliveries: float
    reads: int
    messages: int
    frame_bytes: float
    usage: Usage

    @property
    def per_cpu_second(self) -> float:
        """Deliveries per CPU second of the server."""
        return self.deliveries / self.usage.servers[0]


class Crowd:
    """All receivers, and the one stream that each of them must get. The first ones also send."""

    def __init__(self, clients: list[Client]) -> None:
        self.sent = 0
        self.reads = 0
        self.stream = bytearray()
        self._clients = clients
        self._offsets = [0] * len(clients)
        self._messages: list[tuple[int, int]] = []  # where they begin and end in the stream
        self._ends: list[int] = []  # the same, only the ends
        self._known = 0  # as far as the stream has been looked at
        self._places = {client.fileno(): place for place, client in enumerate(clients)}
        self._buffer = memoryview(bytearray(1 << 20))
        self._poll = select.epoll()
        for client in clients:
            self._poll.register(client, select.EPOLLIN)

    def begin(self) -> None:
        """Pass over all that is different for each; what comes after the word that it ends with is one stream."""
        waiting = set(self._places)
        self._clients[0].say("begin")
        while waiting:
            for number, _ in self._ready():
                client = self._clients[self._places[number]]
                if number not in waiting:
                    self._receive(self._places[number])
                elif any(_BEGIN in text for text in client.receive(_BEGIN)):
                    waiting.discard(number)
                    self._add(self._places[number], memoryview(bytes(client.unread)))

    def _ready(self) -> list[tuple[int, int]]:
        ready = self._poll.poll(PATIENCE)
        if not ready:
            raise RuntimeError(f"nothing came for {PATIENCE} s: {self.sent} lines sent, some of them are missing")
        return ready

    def receive(self) -> None:
        """Take what has come, of everybody for whom something has."""
        for number, _ in self._ready():
            self._receive(self._places[number])

    def _receive(self, place: int) -> None:
        size = self._clients[place].socket.recv_into(self._buffer)
        if not size:
            raise RuntimeError(f"receiver {place} was closed")
        self.reads += 1
        self._add(place, self._buffer[:size])

    def _add(self, place: int, data: memoryview) -> None:
        """Compare what a receiver got with the stream; what nobody had before is the stream's new end."""
        offset = self._offsets[place]
        known = min(len(data), len(self.stream) - offset)
        if not self.stream.startswith(data[:known], offset):
            raise RuntimeError(f"receiver {place} got something else than the others")
        self.stream += data[known:]
        self._offsets[place] = offset + len(data)

    def send(self, in_flight: int) -> None:
        """Fill up to `in_flight` lines that the senders have not seen, unless somebody is far behind."""
        self._find_frames()
        seen = bisect_right(self._ends, min(self._offsets[:SENDERS]))
        if self.sent - bisect_right(self._ends, min(self._offsets)) > LAG * in_flight:
            return
        out = [bytearray() for _ in range(SENDERS)]
        while self.sent - seen < in_flight:
            sender, number = self.sent % SENDERS, self.sent // SENDERS
            out[sender] += client_frame(TEXT, f"{sender} {number} ".ljust(CHARACTERS, "x").encode())
            self.sent += 1
        for client, data in zip(self._clients, out, strict=False):
            if data:
                client.socket.sendall(data)

    def _find_frames(self) -> None:
        while bounds := frame_end(self.stream, self._known):
            if self.stream.startswith(_MESSAGE, bounds[0]):
                self._messages.append(bounds)
                self._ends.append(bounds[1])
            self._known = bounds[1]

    @property
    def delivered_bytes(self) -> int:
        """What all receivers have got together."""
        return sum(self._offsets)

    @property
    def complete(self) -> bool:
        """Has everybody got all?"""
        self._find_frames()
        return len(self._ends) >= self.sent and min(self._offsets) == len(self.stream)

    def check(self) -> None:
        """Every line is in the stream once, in the order of its sender; ids only grow."""
        last = 0
        numbers = [0] * SENDERS
        for bounds in self._messages:
            said = _decode(self.stream[slice(*bounds)])
            sender, number, _ = said.text.split(" ")
            if said.id <= last or int(number) != numbers[int(sender)]:
                raise RuntimeError(f"missed, doubled or out of order: {said}")
            last = said.id
            numbers[int(sender)] += 1
        if sum(numbers) != self.sent:
            raise RuntimeError(f"{self.sent} lines sent, {sum(numbers)} came")

    def close(self) -> None:
        """Hang up."""
        self._poll.close()
        for client in self._clients:
            client.socket.close()


def measure(server: Program, receivers: int) -> list[Result]:
    """Load the server with each number of lines in flight. What is sent meanwhile must come, or this fails."""
    crowd = Crowd(connect(server.port, receivers)[0])
    crowd.begin()
    results = [_measure(crowd, server, in_flight) for in_flight in IN_FLIGHT]
    crowd.check()
    crowd.close()
    return results


def _measure(crowd: Crowd, server: Program, in_flight: int) -> Result:
    first = crowd.sent
    _load(crowd, in_flight, WARM_UP)
    meter, before, reads = Meter(server), crowd.delivered_bytes, crowd.reads
    _load(crowd, in_flight, MEASURED)
    usage, after, reads = meter.read(), crowd.delivered_bytes, crowd.reads - reads
    while not crowd.complete:
        crowd.receive()
    frame_bytes = len(crowd.stream) / crowd.sent
    return Result((after - before) / frame_bytes, reads, crowd.sent - first, frame_bytes, usage)


def _load(crowd: Crowd, in_flight: int, seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        crowd.send(in_flight)
        crowd.receive()


def _print(receivers: int, in_flight: int, ours: Result, plain: Result) -> None:
    both = (ours, plain)
    others = sum(result.usage.others for result in both) / sum(result.usage.seconds for result in both)
    print(
        f"fan-out to {receivers:,}, {in_flight} in flight: {ours.per_cpu_second / 1e6:.3f} million deliveries"
        f" per server CPU second; websockets.broadcast() {plain.per_cpu_second / 1e6:.3f};"
        f" ratio {ours.per_cpu_second / plain.per_cpu_second:.1f}\n"
        f"  {_each(both, lambda result: f'{result.messages:,}')} messages, each once and in order at every receiver;"
        f" {_each(both, lambda result: f'{result.deliveries / result.usage.seconds / 1e6:.2f}')} million deliveries"
        " a second with "
        f"{_each(both, lambda result: f'{result.usage.servers[0] / result.usage.seconds:.0%}')} of a core,"
        f" generator {_each(both, lambda result: f'{result.usage.own / result.usage.seconds:.0%}')},"
        f" other programs {others:.0%}; {_each(both, lambda result: f'{result.deliveries / result.reads:.0f}')} frames"
        f" a read, of {_each(both, lambda result: f'{result.frame_bytes:.0f}')} bytes; {loop_name()}",
        flush=True,
    )


def _each(results: Iterable[Result], describe: Callable[[Result], str]) -> str:
    """Ours, then broadcast()'s."""
    return " and ".join(map(describe, results))


def main() -> None:
    """Print a line, and one of details, for each size of the crowd and of the load."""
    allow_many_files()
    for receivers in RECEIVERS:
        with chat_server("--rate-limit", "off", "--ping-interval", "600") as server:
            ours = measure(server, receivers)
        with plain_server() as server:
            plain = measure(server, receivers)
        for pair in zip(IN_FLIGHT, ours, plain, strict=True):
            _print(receivers, *pair)


if __name__ == "__main__":
    main()
