"""Many rooms: what a write costs whose parts come from several, and 10,000 rooms with a million messages in one file.

The first part is the hub alone, with 1,000 connections that take whatever is written to them at once: a real write is
about 5 us more. The second is the real server: its start beside that with an empty file, and joins of rooms that are
not in memory, beside those of rooms that are; at last what an empty room takes.
"""

import asyncio
import os
import random
import select
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench_record import start_seconds, texts
from figures import tell
from measuring import chat_server, percentile
from wire import Client, connect

from chat_protocol.events import Message
from chat_server.core.entries import NewMessage, entry_of
from chat_server.log.sqlite import SqliteLog
from chat_server.transport.channel import Channel
from chat_server.transport.hub import Hub
from chat_server.transport.read_scheduler import ReadScheduler

CONNECTIONS, TICKS, RUNS = 1_000, 30, 7
ROOMS, MESSAGES = 10_000, int(os.environ.get("BENCH_MESSAGES", "1000000"))
JOINS, STARTS = 1_000, 5
_BATCH = 10_000


class _Taker:
    """A connection that takes everything at once."""

    descriptor = None

    def write(self, _data: bytes) -> None:
        """Nothing is left of it."""


def us_a_write(rooms: int, joined: int, active: int, messages: int) -> float:
    """Microseconds of a tick for each connection that is written to.

    Everybody is in `joined` of the `rooms`; a tick has `messages` in `active` of them.
    """
    random_of = random.Random(rooms)
    hub, takers = Hub(ReadScheduler()), [_Taker() for _ in range(CONNECTIONS)]
    channels = [Channel(lambda: None) for _ in range(rooms)]
    for taker in takers:
        for channel in random_of.sample(channels, joined):
            channel.add(taker, 0)  # type: ignore[arg-type]  # it stands for a connection
    event = Message(1, "x" * 64, None, "~ana", "ana", None, 1.0, 1, room="dev")
    took: list[float] = []
    for _ in range(TICKS):
        busy = random_of.sample(channels, active)
        before = hub.writes
        for number in range(messages):
            hub.publish(busy[number % active], event)
        begin = time.perf_counter()
        hub.flush()
        took.append((time.perf_counter() - begin) / max(1, hub.writes - before) * 1e6)
    return median(took)


def tell_writes() -> None:
    """A tick in one room, and ticks of the same number of connections that are in twenty."""
    cases = {
        "20 of 1,000 rooms each, 20 messages in 20 of them": (1_000, 20, 20, 20),
        "20 of 100 rooms each, 100 messages in 50 of them": (100, 20, 50, 100),
        "all in the same 20 rooms, a message in each": (20, 20, 20, 20),
    }
    runs: dict[str, list[float]] = {name: [] for name in ("one", *cases)}
    for _ in range(RUNS):
        runs["one"].append(us_a_write(1, 1, 1, 20))
        for name, case in cases.items():
            runs[name].append(us_a_write(*case))
    one = median(runs["one"])
    for name in cases:
        tell(f"a write, {name}", median(runs[name]), "20 messages in one room", one, "us", more_is_better=False)


async def fill(path: Path, rooms: int, count: int) -> None:
    """A record of messages in rooms, each of which has as many."""
    log = SqliteLog(path)
    await log.open()
    begin = time.time() - count
    waiting: list[asyncio.Future[int]] = []
    for number, text in enumerate(texts(count)):
        draft = NewMessage(text=text, from_id="~ana", from_name="ana", sent_at=begin + number)
        waiting.append(log.append(entry_of(draft, None, f"room{number % rooms}")))
        if len(waiting) == _BATCH:
            await asyncio.gather(*waiting)
            waiting.clear()
    await asyncio.gather(*waiting)
    await log.close()


def _until(client: Client, words: bytes) -> None:
    """Read up to the event that has them."""
    while not any(words in text for text in client.receive()):
        select.select([client], [], [])


def join_seconds(client: Client, rooms: Sequence[str]) -> list[float]:
    """For each room, from the wish to the view of it."""
    took = []
    for room in rooms:
        begin = time.perf_counter()
        client.say(f"/join {room}")
        _until(client, b'"type":"room"')
        took.append(time.perf_counter() - begin)
        client.say(f"/leave {room}")
        _until(client, b'"type":"left"')
    return took


def tell_rooms(folder: Path) -> None:
    """Start, cold and warm joins, memory."""
    path = folder / "rooms.db"
    asyncio.run(fill(path, ROOMS, MESSAGES))
    full, empty = [], []
    for number in range(STARTS):
        full.append(start_seconds(path))
        empty.append(start_seconds(folder / f"empty{number}.db"))
    what = f"start with {ROOMS:,} rooms and {MESSAGES:,} messages"
    tell(what, median(full) * 1e3, "with none", median(empty) * 1e3, "ms", more_is_better=False)
    rooms = [f"room{number}" for number in random.Random(3).sample(range(ROOMS), JOINS)]
    with chat_server("--log", f"sqlite:{path}", "--rate-limit", "off") as server:
        (client,), _ = connect(server.port, 1)
        cold = join_seconds(client, rooms)
        warm = join_seconds(client, rooms)
        for share in (50, 99):
            what = f"join of a room that is not in memory, p{share}"
            theirs = percentile(warm, share) * 1e3
            tell(what, percentile(cold, share) * 1e3, "one that is", theirs, "ms", more_is_better=False)


def main() -> None:
    """Both parts."""
    tell_writes()
    with tempfile.TemporaryDirectory() as folder:
        tell_rooms(Path(folder))


if __name__ == "__main__":
    main()
