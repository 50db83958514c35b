"""Who gets what, in which order, in how many writes: against a model that delivers everything at once."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_protocol.events import Refusal
from chat_server.transport.frames import text_frame
from chat_server.transport.hub import Pace
from chat_server.transport.read_scheduler import ReadScheduler
from chatting import Person, open_house
from hubs import Line, OneRoom, fact
from sockets import Peer, greeted_peer, split_frames, text


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
    hub, model = OneRoom(lambda: None, ReadScheduler()), Model()
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


@pytest.mark.parametrize("audience", [None, frozenset({"~a"})])
async def test_an_event_that_can_not_be_written_leaves_nothing_behind(audience):
    """The next ones go once to each whom they are for."""
    hub, ana, bob = OneRoom(lambda: None, ReadScheduler()), Line("~a"), Line("~b")
    hub.join("~a", ana, fact(0))
    hub.join("~b", bob, fact(0))
    with pytest.raises(TypeError):
        hub.publish(object(), audience)
    with pytest.raises(TypeError):
        hub.tell(ana, object())
    hub.tell(bob, fact(1))
    hub.publish(fact(2), None)
    hub.flush()
    assert (ana.numbers(), bob.numbers()) == ([0, 2], [0, 1, 2])


async def test_an_event_is_encoded_once_for_all():
    """Everybody gets the same bytes, and without anything of their own the same object."""
    hub = OneRoom(lambda: None, ReadScheduler())
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
    hub = OneRoom(lambda: None, ReadScheduler())
    hub.publish(object(), None)
    hub.publish(object(), frozenset({"~a"}))
    hub.flush()


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


async def test_whoever_comes_while_much_is_gathered_gets_what_is_theirs():
    """At a real server in long ticks: every line once and in order; a direct message is its two people's alone."""
    async with open_house() as house:
        house.host.hub.pace = Pace(gathering=1e6)
        writer = await house.person("writer")
        peers = [await greeted_peer(house) for _ in range(2)]
        reading = [asyncio.create_task(peer.rest()) for peer in peers]
        enough = asyncio.Event()
        pouring = [asyncio.create_task(pour(peer, enough)) for peer in peers]
        people = []
        for _ in range(6):
            people.append(await house.person())
            await writer.say(f"/to {people[-1].id} psst")
            await (await house.person()).say("/exit")
        assert house.connections.scheduler.heard
        enough.set()
        await asyncio.gather(*pouring)
        await writer.say("last")
        await writer.hears("last")
        last = writer.seen[-1]["id"]
        direct = {event["id"]: event["to_id"] for event in writer.seen if event["to_id"]}
        assert list(direct.values()) == [person.id for person in people]
        for person in people:
            await person.hears("last")
            theirs = [seq for seq in range(person.init["seq"] + 1, last + 1) if direct.get(seq, person.id) == person.id]
            assert [event["id"] for event in person.seen] == theirs
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)


async def pour(peer: Peer, enough: asyncio.Event) -> None:
    """Send more than is read at once, again and again, until it is enough."""
    while not enough.is_set():
        await peer.send(text("x" * 94) * 50)
        await asyncio.sleep(0)


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
