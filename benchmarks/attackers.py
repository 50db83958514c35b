"""Connections that do what no client should, cheaply: bytes made beforehand, many frames in one write.

Who is closed comes back at once. What an attack did, and how its connections ended, is its `Outcome`.
"""

import select
import socket
import time
from collections import Counter
from dataclasses import dataclass, field

from wire import CLOSE, request

_READ = 1 << 18
_BATCH = 1 << 17  # bytes in one write
_TURN = 0.05  # seconds between two looks at the clock
_TAIL = 130  # bytes; a close frame is no longer


@dataclass(slots=True)
class Outcome:
    """What was sent, in whole units such as lines, and how often connections ended in which way.

    An ending is a close code, `cut` where there was none, or the status of the answer to a handshake. `longest` is how
    long a connection that the server ended had been open, in seconds.
    """

    sent: int = 0
    endings: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0


@dataclass(frozen=True, slots=True)
class Manner:
    """What a connection does after its handshake.

    It sends `data` over and over again, or `once`; not more than `pace` bytes a second, if there is a pace. Who does
    not read finds out how it ended when it is over. `unit` is how many bytes of the data count as one.
    """

    data: bytes
    unit: int
    once: bool = False
    reads: bool = True
    pace: float = 0.0


def repeated(frame: bytes) -> bytes:
    """As many of a frame as are sent in one write."""
    return frame * max(1, _BATCH // len(frame))


class _Attacker:
    """One connection."""

    def __init__(self, port: int, manner: Manner) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(request(port))
        self.socket.settimeout(0.0)
        self.wrote = 0
        self.since = time.perf_counter()
        self._manner = manner
        self._data = memoryview(manner.data)
        self._tail = b""
        self._open = False

    @property
    def wants(self) -> int:
        """What it waits for, as epoll has it."""
        manner = self._manner
        if not self._open:
            return select.EPOLLIN
        writes = not manner.pace and not (manner.once and self.wrote >= len(manner.data))
        return (select.EPOLLIN if manner.reads else 0) | (select.EPOLLOUT if writes else 0)

    def work(self, events: int) -> str | None:
        """Read and write what is possible; returns how it ended, if it did."""
        try:
            if events & select.EPOLLOUT:
                self._write(len(self._data))
            if events & ~select.EPOLLOUT:
                return self._read()
        except BlockingIOError:
            return None
        except ConnectionError:
            return self._ending()
        return None

    def keep_pace(self) -> str | None:
        """Write what is due by now."""
        due = int((time.perf_counter() - self.since) * self._manner.pace) // self._manner.unit * self._manner.unit
        if self._open and due > self.wrote:
            try:
                self._write(due - self.wrote)
            except BlockingIOError:
                return None
            except ConnectionError:
                return self._ending()
        return None

    def _write(self, most: int) -> None:
        place = self.wrote % len(self._data)
        self.wrote += self.socket.send(self._data[place : place + most])

    def _read(self) -> str | None:
        while data := self.socket.recv(_READ):
            self._tail += data
            if not self._open and b"\r\n\r\n" in self._tail:
                if not self._tail.startswith(b"HTTP/1.1 101 "):
                    return self._tail[9:12].decode()
                self._open, self.since = True, time.perf_counter()
            if self._open:
                self._tail = self._tail[-_TAIL:]
        return self._ending()

    def _ending(self) -> str:
        """The code of the close frame with which the stream ends."""
        tail = self._tail
        for place in range(len(tail)):
            if tail[place] == CLOSE and tail[place + 1 : place + 2] == bytes((len(tail) - place - 2,)):
                return str(int.from_bytes(tail[place + 2 : place + 4], "big"))
        return "cut"


class _Crowd:
    """Attackers of one manner."""

    def __init__(self, port: int, count: int, manner: Manner) -> None:
        self.outcome = Outcome()
        self._port = port
        self._manner = manner
        self._poll = select.epoll()
        self._attackers: dict[int, _Attacker] = {}
        self._wants: dict[int, int] = {}
        for _ in range(count):
            self._come()

    def _come(self) -> None:
        attacker = _Attacker(self._port, self._manner)
        number = attacker.socket.fileno()
        self._attackers[number], self._wants[number] = attacker, attacker.wants
        self._poll.register(number, attacker.wants)

    def work(self) -> None:
        """Once round."""
        for number, events in self._poll.poll(_TURN):
            self._look_at(number, self._attackers[number].work(events))
        if self._manner.pace:
            for number, attacker in list(self._attackers.items()):
                self._look_at(number, attacker.keep_pace())
            time.sleep(_TURN)

    def _look_at(self, number: int, ending: str | None) -> None:
        attacker = self._attackers[number]
        if ending:
            self.outcome.endings[ending] += 1
            self.outcome.longest = max(self.outcome.longest, time.perf_counter() - attacker.since)
            self._leave(number)
            self._come()
        elif attacker.wants != self._wants[number]:
            self._wants[number] = attacker.wants
            self._poll.modify(number, attacker.wants)

    def _leave(self, number: int) -> None:
        attacker = self._attackers.pop(number)
        self.outcome.sent += attacker.wrote // self._manner.unit
        self._poll.unregister(number)
        attacker.socket.close()

    def close(self) -> None:
        """End it; who still waits to be closed reads what it was told."""
        for number, attacker in list(self._attackers.items()):
            if not self._manner.reads and (ending := attacker.work(select.EPOLLIN)):
                self.outcome.endings[ending] += 1
            self._leave(number)
        self._poll.close()


def attack(port: int, seconds: float, count: int, manner: Manner) -> Outcome:
    """`count` connections do it at the same time for so long."""
    crowd = _Crowd(port, count, manner)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        crowd.work()
    crowd.close()
    return crowd.outcome
