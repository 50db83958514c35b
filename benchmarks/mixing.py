"""A room in which many listen and a few say whatever can be said: plain, in reply, to one, for a while, and deletions.

It tells in the room itself when it begins in earnest and when it ends (`STEADY`, `END`), for whoever looks on.
"""

import random
import re
import select
import time
from collections import Counter, deque
from dataclasses import dataclass, field

import msgspec
from lines import line
from wire import Client, connect

STEADY, END = "begins: ", "ended."
BURST, IN_FLIGHT = 3.0, 8  # seconds; lines of each sender
PATIENCE = 30.0
_SHARES = (("plain", 70), ("reply", 12), ("direct", 8), ("temporary", 5), ("deletion", 5))
_LIFETIMES = (1, 20)  # seconds
_RECENT, _OWN = 200, 10  # messages that are replied to, and that their senders delete: far fewer than are kept
_NO_MESSAGE = re.compile(r"^There is no message (\d+)\.$")
_ERROR, _DELETE = b'{"type":"error"', b'{"type":"delete"'


class _Who(msgspec.Struct):
    id: str


class _Event(msgspec.Struct):
    """The fields of the server's events that matter here."""

    type: str
    id: int = 0
    text: str = ""
    code: str = ""
    to_id: str | None = None
    expires_at: float | None = None
    you: _Who | None = None


_decode = msgspec.json.Decoder(_Event).decode


@dataclass(slots=True)
class Mixed:
    """What was said in all, how many of the messages were for everyone, refusals by code; `late` is in seconds."""

    said: Counter[str] = field(default_factory=Counter)
    public: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    saturation: float = 0.0  # messages a second
    late: list[float] = field(default_factory=list)


class _Sender:
    """One who speaks. `alive` are its own messages that can be deleted."""

    def __init__(self, client: Client, number: int) -> None:
        self.client = client
        self.said = self.echoed = self.refused = self.undeleted = 0
        self.alive: deque[int] = deque(maxlen=_OWN)
        self.deleted: set[int] = set()  # all that it wanted to be gone
        self.deleting: set[int] = set()  # of these, the ones that are not gone yet
        self._name = f"s{number}"
        self._mark = f'"text":"{self._name} '.encode()

    def say(self, commands: str, text: str, due: float) -> None:
        """Say the next line. In it are who it is from, its number, and when it was due."""
        self.client.say(f"{commands}{self._name} {self.said} {due!r} {text}")
        self.said += 1

    def delete(self) -> None:
        """Delete a message of one's own."""
        number = self.alive.popleft()
        self.deleted.add(number)
        self.deleting.add(number)
        self.client.say(f"/delete {number}")

    def read(self, mixed: Mixed, recent: deque[int]) -> None:
        """Take what has come. Raises RuntimeError when an echo is missing."""
        for text in self.client.receive():
            if self._mark in text:
                self._echo(_decode(text), mixed, recent)
            elif text.startswith(_DELETE):
                self.deleting.discard(_decode(text).id)
            elif text.startswith(_ERROR):
                self._refusal(_decode(text), mixed)
        if self.client.closed:
            raise RuntimeError(f"{self._name} was closed with {self.client.closed}")

    def _refusal(self, error: _Event, mixed: Mixed) -> None:
        """Of a reply to what has gone; or of a deletion, when the load is so late that the message is forgotten."""
        mixed.errors[error.code] += 1
        found = _NO_MESSAGE.search(error.text)
        if found and int(found[1]) in self.deleting:
            self.deleting.remove(int(found[1]))
            self.undeleted += 1
        else:
            self.refused += 1

    def _echo(self, echo: _Event, mixed: Mixed, recent: deque[int]) -> None:
        number = int(echo.text.split(" ", 2)[1])
        # A load that is late replies to what is forgotten and then deletes it: which refusal is whose is not told.
        if not self.echoed <= number <= self.echoed + self.refused + self.undeleted:
            raise RuntimeError(f"{self._name} got line {number} back in the place of {self.echoed}")
        self.echoed += 1
        if echo.to_id is None:
            mixed.public += 1
            recent.append(echo.id)
            if echo.expires_at is None:
                self.alive.append(echo.id)

    @property
    def waits_for(self) -> str:
        """What has not been answered."""
        return f"{self._name}: {self.said - self.echoed - self.refused} lines, the deletions of {self.deleting}"

    @property
    def settled(self) -> bool:
        """Has everything been answered?"""
        return self.echoed + self.refused == self.said and not self.deleting


class _Room:
    """All connections of this process."""

    def __init__(self, port: int, clients: int, senders: int) -> None:
        self.mixed = Mixed()
        connected, events = connect(port, clients)
        self._ids = [event.you.id for event in map(_decode, events) if event.you]
        self.senders = [_Sender(client, number) for number, client in enumerate(connected[:senders])]
        self._speaking = {sender.client.fileno(): sender for sender in self.senders}
        self._listening = {client.fileno(): client for client in connected}
        self._recent: deque[int] = deque(maxlen=_RECENT)
        self._dice = random.Random(7)  # the same in every run
        self._kinds = [kind for kind, share in _SHARES for _ in range(share)]
        self._buffer = memoryview(bytearray(1 << 20))
        self._poll = select.epoll()
        for client in connected:
            self._poll.register(client, select.EPOLLIN)

    def receive(self, wait: float) -> bool:
        """Take what comes within `wait` seconds; False when nothing does."""
        ready = self._poll.poll(wait)
        for number, _ in ready:
            if sender := self._speaking.get(number):
                sender.read(self.mixed, self._recent)
            elif not self._listening[number].socket.recv_into(self._buffer):
                raise RuntimeError("one who listens was closed")
        return bool(ready)

    def burst(self) -> None:
        """Find out how many plain messages a second there can be: each sender waits for `IN_FLIGHT` at most."""
        begin = time.perf_counter()
        count = 0
        while (seconds := time.perf_counter() - begin) < BURST:
            for sender in self.senders:
                while sender.said - sender.echoed < IN_FLIGHT:
                    sender.say("", line(count).text, time.perf_counter())
                    count += 1
            self.receive(1.0)
        self.settle()
        self.mixed.said["plain"] += count
        self.mixed.saturation = count / seconds

    def steady(self, rate: float, seconds: float) -> None:
        """Say all kinds of things, so many a second."""
        due = time.perf_counter()
        end = due + seconds
        turn = 0
        while due < end:
            if (now := time.perf_counter()) < due:
                self.receive(due - now)
                continue
            self.mixed.late.append(now - due)
            self._say_something(self.senders[turn % len(self.senders)], due)
            turn += 1
            due += 1 / rate
            if turn % len(self.senders) == 0:
                self.receive(0)
        self.settle()

    def _say_something(self, sender: _Sender, due: float) -> None:
        dice = self._dice
        kind = dice.choice(self._kinds)
        parent = dice.choice(self._recent)
        if (kind == "reply" and parent in sender.deleted) or (kind == "deletion" and not sender.alive):
            kind = "plain"
        self.mixed.said[kind] += 1
        if kind == "deletion":
            sender.delete()
            return
        commands = ""
        if kind == "reply":
            commands = f"/reply {parent} "
        elif kind == "direct":
            commands = f"/to {dice.choice(self._ids)} "
        elif kind == "temporary":
            commands = f"/temp {dice.uniform(*_LIFETIMES):.3f} "
        sender.say(commands, line(sender.said).text, due)

    def settle(self) -> None:
        """Wait until everything that was said has been answered."""
        end = time.perf_counter() + PATIENCE
        while not all(sender.settled for sender in self.senders):
            self.receive(1.0)
            if time.perf_counter() > end:
                waiting = [sender.waits_for for sender in self.senders if not sender.settled]
                raise RuntimeError(f"not every line was answered: {waiting}; refused {self.mixed.errors}")

    def announce(self, text: str) -> None:
        """Say something to those who look on."""
        self.senders[0].client.say(text)


def mix(port: int, clients: int, senders: int, seconds: float) -> Mixed:
    """Find out how much can be said, and say half of it for so long. Raises RuntimeError when an answer is missing."""
    room = _Room(port, clients, senders)
    room.burst()
    room.announce(f"{STEADY}{room.mixed.saturation!r}")
    room.steady(room.mixed.saturation / 2, seconds)
    room.announce(END)
    room.receive(1.0)
    return room.mixed
