"""A crowd that joins at once: what seating 1,000 newcomers costs the server, with and without a history to show.

And what it costs when they come back after a loss, as after a restart, and get what they missed. Beside it a server on
the stock library that shows newcomers the same, and tells the others with `broadcast()`. At the end everybody must have
the same list of everybody, from the first event and what followed it.
"""

import select
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import msgspec
from figures import tell
from measuring import Meter, Program, Usage, allow_many_files, chat_server, plain_server
from wire import Client, connect

NEWCOMERS = 1_000
HISTORIES = (0, 200)
CHARACTERS = 64
RUNS, PLAIN_RUNS = 3, 1  # the stock server takes long
PATIENCE = 60.0


class _Who(msgspec.Struct):
    id: str = ""


class _Event(msgspec.Struct):
    """The fields of the server's events that matter here."""

    type: str
    epoch: str = ""
    resumed: bool = False
    you: _Who | None = None
    clients: list[_Who] = []
    messages: list[msgspec.Raw] = []
    joined: list[_Who] = []


_decode = msgspec.json.Decoder(_Event).decode


@dataclass(slots=True)
class Newcomer:
    """One of the crowd, and the events that it was given."""

    client: Client
    texts: list[bytes] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    resumed: bool = False

    def look(self) -> None:
        """Take the first event, and every change since."""
        for event in map(_decode, self.texts):
            self.resumed |= event.resumed
            self.known.update(who.id for who in (*event.clients, *event.joined))
        self.texts.clear()


@dataclass(frozen=True, slots=True)
class Storm:
    """Seconds until all had been greeted, and what was used until all knew of all."""

    seated: float
    frames: float  # events for each newcomer
    usage: Usage


def _storm(server: Program, history: int, *, back: bool) -> Storm:
    """Let all connect at once, and read until each knows of each. `back`: they have seen nothing of the history."""
    (speaker,), (first,) = connect(server.port, 1)
    path = f"/?resume={_decode(first).epoch}.0" if back else "/"
    _say_all(speaker, history)
    meter, begin = Meter(server), time.perf_counter()
    crowd = {}
    for _ in range(NEWCOMERS):
        newcomer = Newcomer(Client(server.port, path))
        crowd[newcomer.client.fileno()] = newcomer
    poll = select.epoll()
    for number in crowd:
        poll.register(number, select.EPOLLIN)
    seated: set[int] = set()
    at = 0.0
    received = 0
    while at == 0.0 or not _complete(crowd):
        ready = poll.poll(PATIENCE if at == 0.0 else 0.2)
        if not ready and at == 0.0:
            raise RuntimeError(f"only {len(seated)} of {NEWCOMERS} were let in")
        for number, _ in ready:
            texts = crowd[number].client.receive()
            received += len(texts)
            crowd[number].texts += texts
            if texts:
                seated.add(number)
        if at == 0.0 and len(seated) == NEWCOMERS:
            at = time.perf_counter() - begin
        speaker.receive()
    usage = meter.read()
    poll.close()
    for newcomer in crowd.values():
        if newcomer.resumed != back:
            raise RuntimeError("the server did not go on where it should have" if back else "nobody asked to go on")
        newcomer.client.socket.close()
    speaker.socket.close()
    return Storm(at, received / NEWCOMERS, usage)


def _complete(crowd: dict[int, Newcomer]) -> bool:
    for newcomer in crowd.values():
        newcomer.look()
    return min(len(newcomer.known) for newcomer in crowd.values()) == NEWCOMERS + 1


def _say_all(speaker: Client, history: int) -> None:
    heard = 0
    for number in range(history):
        speaker.say(f"{number} ".ljust(CHARACTERS, "x"))
    while heard < history:
        select.select([speaker], (), (), PATIENCE)
        heard += sum(_decode(text).type == "message" for text in speaker.receive())


def _run_once(start: AbstractContextManager[Program], history: int, *, back: bool = False) -> Storm:
    with start as server:
        return _storm(server, history, back=back)


def _median(storms: list[Storm]) -> Storm:
    return sorted(storms, key=lambda storm: storm.usage.servers[0])[len(storms) // 2]


def _run(history: int) -> None:
    ours = _median([_run_once(chat_server("--rate-limit", "off"), history) for _ in range(RUNS)])
    plain = _median([_run_once(plain_server("--roster"), history) for _ in range(PLAIN_RUNS)])
    back = _median([_run_once(chat_server("--rate-limit", "off"), history, back=True) for _ in range(RUNS)])
    crowd, stock = f"{NEWCOMERS:,} join at once, {history} messages to show", "stock websockets"
    cpu, plain_cpu, back_cpu = (storm.usage.servers[0] for storm in (ours, plain, back))
    tell(f"{crowd}, CPU", cpu, stock, plain_cpu, "s", more_is_better=False)
    tell(f"{crowd}, seated after", ours.seated, stock, plain.seated, "s", more_is_better=False)
    tell(f"{crowd}, CPU when they come back", back_cpu, "when they come", cpu, "s", more_is_better=False)
    others = sum(storm.usage.others for storm in (ours, plain)) / (ours.usage.seconds + plain.usage.seconds)
    print(
        f"  {ours.frames:.0f} and {plain.frames:.0f} events for each; medians of {RUNS} runs, and {PLAIN_RUNS}; other"
        f" programs {others:.0%} of a core",
        flush=True,
    )


def main() -> None:
    """Tell the figures for each length of the history."""
    allow_many_files()
    for history in HISTORIES:
        _run(history)


if __name__ == "__main__":
    main()
