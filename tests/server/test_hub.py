"""Who gets what, in which order, in how many writes: against a model that delivers everything at once."""

import asyncio
import json
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from chat_protocol.events import Deleted, Refusal
from chat_server.connection import text_frame
from chat_server.hub import Hub
from chat_server.roster import Roster
from chatting import Person, open_house
from sockets import split_frames


class Line:
    """A connection as the hub sees it: something to write to. It may hang up in the middle of a write."""

    def __init__(self, client_id: str) -> None:
        self.client_id = client_id
        self.writes: list[bytes] = []
        self.hang_up: Callable[[], None] | None = None

    def write(self, data: bytes) -> None:
        """One write is one entry."""
        self.writes.append(data)
        if self.hang_up:
            self.hang_up()

    @property
    def events(self) -> list[dict]:
        """What the frames say, in order."""
        return [json.loads(frame[1:]) for frame in split_frames(b"".join(self.writes))]

    def numbers(self) -> list[int]:
        """The numbers that `fact` gave the events."""
        return [event["id"] if event["type"] == "delete" else int(event["code"]) for event in self.events]


def fact(number: int) -> Deleted:
    """A small event that can be told from the others."""
    return Deleted(number, number)


class Model:
    """A hub that delivers at once, one line after the other, and forgets what was not flushed to one who leaves."""

    def __init__(self) -> None:
        self.here: list[Line] = []
        self.gone: list[Line] = []
        self.flushed: dict[Line, list[int]] = {}
        self.pending: dict[Line, list[int]] = {}
        self.ticks: dict[Line, int] = {}

    def join(self, line: Line) -> None:
        """From now on."""
        self.here.append(line)
        self.flushed[line], self.pending[line], self.ticks[line] = [], [], 0

    def give(self, lines: list[Line], number: int) -> None:
        """To each of them."""
        for line in lines:
            self.pending[line].append(number)

    def leave(self, line: Line) -> None:
        """Nothing more."""
        self.here.remove(line)
        self.pending[line] = []

    def flush(self) -> None:
        """One write for each who has something."""
        for line in list(self.here):
            self.ticks[line] += bool(self.pending[line])
            self.flushed[line] += self.pending[line]
            had_something, self.pending[line] = bool(self.pending[line]), []
            if line.hang_up and had_something:
                self.leave(line)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["join", "join", "all", "all", "all", "some", "tell", "leave", "doom", "flush", "flush"]),
        st.integers(0, 9),
        st.integers(0, 9),
    ),
    max_size=60,
)


@given(STEPS)
def test_everyone_gets_what_is_for_them_once_and_in_order(steps):
    """Whoever joins, leaves or hangs up in the middle: nothing twice, nothing missing, one write a tick."""
    asyncio.run(follow(steps))


async def follow(steps: list[tuple[str, int, int]]) -> None:
    """Do the same to the hub and to the model."""
    hub, model = Hub(lambda: None), Model()
    for number, (step, one, two) in enumerate([*steps, ("flush", 0, 0)]):
        line = model.here[one % len(model.here)] if model.here else None
        match step:
            case "join":
                newcomer = Line(f"~{one % 4}")  # several connections of one client among them
                hub.join(newcomer.client_id, newcomer, Refusal(str(number), "greeting"))
                model.join(newcomer)
                model.give([newcomer], number)
            case "all":
                hub.publish(fact(number), None)
                model.give(model.here, number)
            case "some":
                audience = frozenset({f"~{one % 4}", f"~{two % 4}"})
                hub.publish(fact(number), audience)
                model.give([line for line in model.here if line.client_id in audience], number)
            case "tell" if line:
                hub.tell(line, fact(number))
                model.give([line], number)
            case "leave" if line:
                hub.leave(line.client_id, line)
                model.leave(line)
            case "doom" if line:
                line.hang_up = lambda line=line: hub.leave(line.client_id, line)
            case "flush":
                hub.flush()
                model.flush()
    for line, expected in model.flushed.items():
        assert line.numbers() == expected
        assert len(line.writes) == model.ticks[line]
        assert hub.has(line.client_id, line) == (line in model.here)


async def test_a_tick_is_flushed_by_itself():
    """What is published is written at the end of the tick, in one write, without anybody asking."""
    hub, line = Hub(lambda: None), Line("~a")
    hub.join("~a", line, fact(1))
    for number in range(2, 100):
        hub.publish(fact(number), None)
    assert line.writes == []
    await asyncio.sleep(0)
    assert len(line.writes) == 1
    assert line.numbers() == list(range(1, 100))


async def test_an_event_is_encoded_once_for_all():
    """Everybody gets the same bytes, and without anything of their own the same object."""
    hub = Hub(lambda: None)
    lines = [Line(f"~{number}") for number in range(50)]
    for line in lines:
        hub.join(line.client_id, line, fact(0))
    hub.flush()
    hub.publish(fact(1), None)
    hub.publish(fact(2), None)
    hub.flush()
    assert len({id(line.writes[-1]) for line in lines}) == 1


async def test_nobody_connected_costs_nothing():
    """An event for nobody is not even encoded."""
    hub = Hub(lambda: None)
    hub.publish(object(), None)
    hub.publish(object(), frozenset({"~a"}))
    hub.flush()


async def test_a_crowd_that_joins_in_one_tick_costs_one_frame():
    """A hundred newcomers are told to everyone in a single `clients` event."""
    roster = Roster(0.0)
    hub = Hub(roster.take_changes)
    lines = []
    for number in range(101):
        lines.append(Line(f"~{number}"))
        roster.join(f"~{number}", f"guest{number}")
        hub.join(f"~{number}", lines[-1], fact(number))
        if number == 0:
            hub.flush()
    hub.flush()
    first = [event for event in lines[0].events if event["type"] == "clients"][1:]
    assert [len(event["joined"]) for event in first] == [100]
    assert all([event["type"] for event in line.events] == ["delete", "clients"] for line in lines[1:])
    for number in range(1, 101):
        hub.leave(f"~{number}", lines[number])
        roster.leave(f"~{number}", 0.0, keep_name=False)
    hub.flush()
    assert sorted(lines[0].events[-1]["left"]) == sorted(f"~{number}" for number in range(1, 101))


async def test_who_comes_and_goes_in_one_tick_is_only_gone():
    """The others are not told of somebody whom they can't see any more."""
    roster = Roster(0.0)
    hub = Hub(roster.take_changes)
    line, brief = Line("~a"), Line("~b")
    for member, name in ((line, "ana"), (brief, "bob")):
        roster.join(member.client_id, name)
        hub.join(member.client_id, member, fact(0))
    hub.leave("~b", brief)
    roster.leave("~b", 0.0, keep_name=False)
    hub.flush()
    assert line.events[-1] == {"type": "clients", "joined": [{"id": "~a", "name": "ana"}], "left": ["~b"]}
    assert brief.writes == []


async def test_those_who_join_in_a_flood_miss_nothing_and_get_nothing_twice():
    """At a real server: the greeting and what follows are every line, each once, in order."""
    async with open_house() as house:
        speaker = await house.person("speaker")
        joined = asyncio.Event()
        flooding = asyncio.create_task(flood(speaker, joined))
        people = [await house.person() for _ in range(8)]
        joined.set()
        count = await flooding
        for person in people:
            await person.hears("last")
            greeted = [message["id"] for message in person.init["messages"]]
            assert greeted == list(range(person.init["seq"] + 1 - len(greeted), person.init["seq"] + 1))
            assert len(greeted) == min(200, person.init["seq"])
            assert [event["id"] for event in person.seen] == list(range(person.init["seq"] + 1, count + 1))
        assert len({person.init["seq"] for person in people}) > 1


async def flood(speaker: Person, enough: asyncio.Event) -> int:
    """Talk until it is enough, and let the others have their turn; returns the lines said."""
    count = 0
    while not enough.is_set():
        await speaker.say(*[f"line {number}" for number in range(20)])
        count += 20
        await asyncio.sleep(0)
    await speaker.say("last")
    return count + 1


def test_frames_are_as_the_standard_wants_them():
    """The length takes 1, 3 or 9 bytes, the shortest that can hold it."""
    for size in (0, 125, 126, 65_535, 65_536, 300_000):
        (frame,) = split_frames(text_frame(b"x" * size))
        assert frame == b"\x81" + b"x" * size
        assert len(text_frame(b"x" * size)) - size == (2 if size < 126 else 4 if size < 65_536 else 10)
