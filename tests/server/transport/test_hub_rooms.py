"""Rooms at the hub: who is in several gets all of it in one write a tick, each room's in its order."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from chat_server.transport.channel import Channel
from chat_server.transport.hub import Hub
from chat_server.transport.read_scheduler import ReadScheduler
from hubs import Line, fact

ROOMS = 3

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["come", "enter", "enter", "quit", "all", "all", "all", "some", "tell", "leave", "doom", "flush"]
        ),
        st.integers(0, 9),
        st.integers(0, ROOMS - 1),
    ),
    max_size=80,
)


class Both:
    """A hub, and beside it what each line is owed by one that delivers at once."""

    def __init__(self) -> None:
        self.hub = Hub(ReadScheduler())
        self.channels = [Channel(lambda: None) for _ in range(ROOMS)]
        self.rooms: dict[Line, set[int]] = {}
        self.owed: dict[Line, list[int]] = {}
        self.got: dict[Line, list[int]] = {}
        self.ticks: dict[Line, int] = {}
        self.room_of: dict[int, int | None] = {}  # number of an event -> its room, None for one's own

    def do(self, step: str, number: int, one: int, room: int) -> None:
        """One step, at some line where it is about one."""
        self.room_of[number] = room if step == "all" else None
        if step in {"come", "some", "all", "flush"}:
            getattr(self, step)(number, one, room)
        elif self.rooms:
            getattr(self, step)(number, [*self.rooms][one % len(self.rooms)], room)

    def come(self, number: int, one: int, room: int) -> None:
        """Somebody new, at home in a room."""
        line = Line(f"~{one % 4}")
        self.hub.join(line.client_id, line, self.channels[room], fact(number))
        self.rooms[line], self.owed[line], self.got[line], self.ticks[line] = {room}, [number], [], 0

    def enter(self, number: int, line: Line, room: int) -> None:
        """Another room."""
        if room not in self.rooms[line]:
            self.hub.subscribe(line, self.channels[room], fact(number))
            self.rooms[line].add(room)
            self.owed[line].append(number)

    def quit(self, _: int, line: Line, room: int) -> None:
        """One room less; what was pending for all of it is not for this line any more."""
        if room in self.rooms[line]:
            self.hub.unsubscribe(line, self.channels[room])
            self.rooms[line].discard(room)
            self.owed[line] = [owed for owed in self.owed[line] if self.room_of[owed] != room]

    def all(self, number: int, _: int, room: int) -> None:
        """An event for a room."""
        self.hub.publish(self.channels[room], fact(number))
        for line, rooms in self.rooms.items():
            if room in rooms:
                self.owed[line].append(number)

    def some(self, number: int, one: int, room: int) -> None:
        """An event for one client, wherever it is."""
        self.hub.publish(self.channels[room], fact(number), frozenset({f"~{one % 4}"}))
        for line in self.rooms:
            if line.client_id == f"~{one % 4}":
                self.owed[line].append(number)

    def tell(self, number: int, line: Line, _: int) -> None:
        """An event for one line."""
        self.hub.tell(line, fact(number))
        self.owed[line].append(number)

    def leave(self, _: int, line: Line, __: int = 0) -> None:
        """Nothing more."""
        self._go(line)
        del self.rooms[line]

    def doom(self, _: int, line: Line, __: int) -> None:
        """It hangs up when it is written to."""
        line.hang_up = lambda: self._go(line)

    def _go(self, line: Line) -> None:
        for channel in self.channels:
            if line in channel.members:
                self.hub.unsubscribe(line, channel)
        self.hub.leave(line.client_id, line)

    def flush(self, *_: int) -> None:
        """One write for each who is owed something."""
        self.hub.flush()
        for line in [line for line in self.rooms if self.owed[line]]:
            self.got[line] += self.owed[line]
            self.owed[line] = []
            self.ticks[line] += 1
            if line.hang_up:
                del self.rooms[line]


@given(STEPS)
def test_everyone_gets_each_rooms_events_once_and_in_order(steps):
    """Whoever comes, enters, quits, leaves or hangs up in the middle of a write."""
    asyncio.run(follow(steps))


async def follow(steps: list[tuple[str, int, int]]) -> None:
    """Do it, and compare."""
    both = Both()
    for number, (step, one, room) in enumerate([*steps, ("flush", 0, 0)]):
        both.do(step, number, one, room)
    for line, got in both.got.items():
        assert sorted(line.numbers()) == sorted(got)
        for room in (*range(ROOMS), None):
            theirs = [number for number in line.numbers() if both.room_of[number] == room]
            assert theirs == [number for number in got if both.room_of[number] == room]
        assert len(line.writes) == both.ticks[line]


async def test_who_is_in_twenty_rooms_gets_one_write_a_tick():
    """Counted: with something said in each room, and with something of one's own among it."""
    hub, channels = Hub(ReadScheduler()), [Channel(lambda: None) for _ in range(20)]
    lines = [Line(f"~{number}") for number in range(5)]
    for line in lines:
        hub.join(line.client_id, line, channels[0], fact(0))
        for channel in channels[1:]:
            hub.subscribe(line, channel, fact(0))
    hub.flush()
    writes, deliveries = hub.writes, hub.deliveries
    for number, channel in enumerate(channels, 1):
        hub.publish(channel, fact(number))
    hub.tell(lines[0], fact(100))
    hub.flush()
    assert hub.writes - writes == len(lines)
    assert all(len(line.writes) == 2 for line in lines)
    assert hub.deliveries - deliveries == 20 * len(lines) + 1
    assert lines[0].numbers()[-21:] == [*range(1, 21), 100]
    assert sorted(lines[1].numbers()[-20:]) == list(range(1, 21))


async def test_a_room_without_people_costs_nothing():
    """An event for nobody is not even encoded."""
    hub, line = Hub(ReadScheduler()), Line("~a")
    hub.join("~a", line, Channel(lambda: None), fact(0))
    hub.publish(Channel(lambda: None), object())
    hub.flush()
    assert line.numbers() == [0]
