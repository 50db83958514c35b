"""A crowd in one room, on plain sockets: some say something, all receive, and what they get is compared.

Everybody gets the same bytes for the same messages in the same order. So whoever is ahead says what the stream is,
and all others must get the same, byte by byte; at the end each line must be in it once, in the order of its sender.
That costs little enough for the server to be what is measured. Where it would not, of most of them the bytes are only
counted.
"""

import re
import select
import socket
import time
from bisect import bisect_right
from collections.abc import Callable

from protocols import Protocol, Step

SENDERS = 4  # unless it is said; 99 at most
CHARACTERS = 64
PATIENCE = 30.0
_BEGIN = b"@begin "
_LINE = re.compile(rb"@(\d\d) (\d{9}) ")
_READ = 1 << 20


class Crowd:
    """`size` receivers, and senders beside them, of which IRC servers tell what they say to the others alone.

    `sample`: how many of the receivers, evenly chosen, note when each message came to them; what the others get is then
    counted, and not looked at.
    """

    def __init__(self, protocol: Protocol, port: int, size: int, sample: int = 0, senders: int = SENDERS) -> None:
        self.sent = 0
        self.reads = 0
        self.stream = bytearray()
        self.at: list[int] = []
        """Where in the stream each line is; they come in its order."""
        self.latencies: list[float] = []
        """Seconds, of what sampled receivers got of lines sent by `send_due`."""
        self._protocol = protocol
        sockets = enter(protocol, port, size + senders)
        self._senders, self._sockets = sockets[:senders], sockets[senders:]
        self._offsets = [0] * size
        self._found = 0  # as far as the stream has been looked at
        self._order: list[int] = []  # of each line in the stream: which one that was sent it is
        self._due: list[float] = []
        self._sampled = {size * place // sample for place in range(sample)} if sample else set()
        self._counted: set[int] = set()
        self._places = {one.fileno(): place for place, one in enumerate(self._sockets)}
        self._echoes = {one.fileno(): one for one in self._senders}
        self._buffer = memoryview(bytearray(_READ))
        self._poll = select.epoll()
        for one in sockets:
            self._poll.register(one, select.EPOLLIN)
        self._begin()
        if sample:
            self._counted = set(range(size)) - self._sampled

    @property
    def delivered_bytes(self) -> int:
        """What all receivers have got together."""
        return sum(self._offsets)

    @property
    def line_bytes(self) -> float:
        """What a message takes on the wire."""
        return len(self.stream) / max(1, len(self.at))

    def _begin(self) -> None:
        """Pass over all that is different for each; what comes after the word that it ends with is one stream."""
        waiting = dict.fromkeys(self._places.values(), b"")

        def take(place: int, data: memoryview) -> None:
            if place not in waiting:
                self._add(place, data)
                return
            seen = waiting[place] + bytes(data)
            at = seen.find(_BEGIN)
            if at < 0:
                waiting[place] = seen[-len(_BEGIN) :]
            else:
                del waiting[place]
                self._add(place, memoryview(seen)[at + len(_BEGIN) :])

        self._senders[0].sendall(self._protocol.say(_BEGIN.ljust(CHARACTERS, b"x")))
        while waiting:
            self._take(PATIENCE, take)

    def receive(self, wait: float = PATIENCE) -> None:
        """Take what has come, of everybody for whom something has. Nothing within PATIENCE is an error."""
        self._take(wait, self._add)

    def _take(self, wait: float, take: Callable[[int, memoryview], None]) -> None:
        ready = self._poll.poll(wait)
        if not ready and wait >= PATIENCE:
            raise RuntimeError(f"nothing came for {wait:.0f} s: {self.sent} lines sent, some of them are missing")
        for number, _ in ready:
            place = self._places.get(number)
            if place is None:
                _pass_over(self._echoes[number], self._buffer)
                continue
            self.reads += 1
            if place in self._counted:
                self._offsets[place] += _pass_over(self._sockets[place], self._buffer)
                continue
            size = self._sockets[place].recv_into(self._buffer)
            if not size:
                raise RuntimeError("the server has closed a connection")
            take(place, self._buffer[:size])

    def _add(self, place: int, data: memoryview) -> None:
        """Compare what a receiver got with the stream; what nobody had before is the stream's new end."""
        offset = self._offsets[place]
        known = min(len(data), len(self.stream) - offset)
        if not self.stream.startswith(data[:known], offset):
            raise RuntimeError(f"receiver {place} got something else than the others")
        self.stream += data[known:]
        self._offsets[place] = offset + len(data)
        if place in self._sampled and self._due:
            self._note(offset, offset + len(data))

    def _note(self, begin: int, end: int) -> None:
        """Lines that came to somebody just now."""
        now = time.perf_counter()
        self._find_lines()
        first, last = bisect_right(self.at, begin), bisect_right(self.at, end)
        self.latencies += [now - self._due[self._order[line]] for line in range(first, last) if self._is_due(line)]

    def _is_due(self, line: int) -> bool:
        return 0 <= self._order[line] < len(self._due)

    def _find_lines(self) -> None:
        for line in _LINE.finditer(self.stream, self._found):
            self.at.append(line.end())
            self._order.append(int(line[2]) * len(self._senders) + int(line[1]))
            self._found = line.end()

    # -- sending ------------------------------------------------------------------------------------------------

    def send_up_to(self, in_flight: int, lag: int) -> None:
        """Fill up to `in_flight` lines that the first receivers have not got, unless somebody is `lag` behind."""
        self._find_lines()
        if self.sent - bisect_right(self.at, min(self._offsets)) > lag:
            return
        seen = bisect_right(self.at, min(self._offsets[: len(self._senders)]))
        if self.sent - seen < in_flight:
            self._send(in_flight - self.sent + seen)

    def send_due(self, rate: float, seconds: float) -> None:
        """Say lines at this rate, in all, each when it is due; how long they took is in `latencies`."""
        if self.sent:
            raise RuntimeError("this crowd has said something already")
        begin = time.perf_counter()
        count = int(rate * seconds)
        while self.sent < count:
            due = min(count, int((time.perf_counter() - begin) * rate) + 1)
            self._due += [begin + number / rate for number in range(self.sent, due)]
            if due > self.sent:
                self._send(due - self.sent)
            self.receive(max(0.0, begin + self.sent / rate - time.perf_counter()))
        self.finish()

    def _send(self, count: int) -> None:
        out = [bytearray() for _ in self._senders]
        for line in range(self.sent, self.sent + count):
            turn, sender = divmod(line, len(self._senders))
            text = b"@%02d %09d " % (sender, turn)
            out[sender] += self._protocol.say(text.ljust(CHARACTERS, b"x"))
        self.sent += count
        for one, data in zip(self._senders, out, strict=True):
            if data:
                one.sendall(data)

    # -- the end ------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        """Receive until everybody has everything; raises RuntimeError unless each line is there once, in order."""
        while not self._complete():
            self.receive()
        if self._is_wrong():
            raise RuntimeError(f"missed, doubled or out of order: {self.sent} lines sent, {len(self._order)} came")

    def _complete(self) -> bool:
        self._find_lines()
        return len(self.at) >= self.sent and min(self._offsets) == len(self.stream)

    def _is_wrong(self) -> bool:
        step = len(self._senders)
        own: list[list[int]] = [[] for _ in self._senders]
        for line in self._order:
            own[line % step].append(line)
        return any(lines != list(range(sender, self.sent, step)) for sender, lines in enumerate(own))

    def close(self) -> None:
        """Hang up."""
        self._poll.close()
        for one in self._senders + self._sockets:
            one.close()


def _pass_over(one: socket.socket, buffer: memoryview) -> int:
    """Read what has come without having a copy made of it; returns how much."""
    size = one.recv_into(buffer, 0, socket.MSG_TRUNC)
    if not size:
        raise RuntimeError("the server has closed a connection")
    return size


class _Door:
    """Newcomers on their way in, some dozens at a time."""

    def __init__(self, protocol: Protocol, port: int, first: int) -> None:
        self.sockets: list[socket.socket] = []
        self.done = 0
        self._first = first
        self._protocol, self._port = protocol, port
        self._waiting: dict[int, tuple[socket.socket, list[Step], bytes]] = {}
        self._inside: dict[int, socket.socket] = {}
        self._poll = select.epoll()

    def knock(self, count: int) -> None:
        """Let others begin, up to `count` in all."""
        while len(self.sockets) < count and len(self._waiting) < self._protocol.at_once:
            one = socket.create_connection(("127.0.0.1", self._port))
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            steps = list(self._protocol.enter(self._first + len(self.sockets)))
            self.sockets.append(one)
            one.sendall(steps[0].send)
            self._waiting[one.fileno()] = one, steps, b""
            self._poll.register(one, select.EPOLLIN)

    def hear(self) -> None:
        """Take what the server answers."""
        ready = self._poll.poll(PATIENCE) if self._waiting else []
        if self._waiting and not ready:
            raise RuntimeError(f"only {self.done} of {len(self.sockets)} were let in")
        for number, _ in ready:
            if number not in self._waiting:  # in already; what it is told of those who come after is read, as in life
                self._inside[number].recv(_READ)
                continue
            one, steps, seen = self._waiting[number]
            data = one.recv(_READ)
            if not data:
                raise RuntimeError(f"the server hung up on a newcomer: {seen[-200:]!r}")
            seen = (seen + data)[-_READ:]
            if steps[0].answer.search(seen):
                del steps[0]
                seen = b""
                if steps:
                    one.sendall(steps[0].send)
            self._waiting[number] = one, steps, seen
            if not steps:
                self._inside[number] = one
                del self._waiting[number]
                self.done += 1

    def close(self) -> None:
        """Nobody else comes."""
        self._poll.close()


def enter(protocol: Protocol, port: int, count: int, first: int = 0) -> list[socket.socket]:
    """Sockets of `count` newcomers who are in the room; the first has the number `first`, and no two have the same."""
    door = _Door(protocol, port, first)
    while door.done < count:
        door.knock(count)
        door.hear()
    door.close()
    return door.sockets
