"""Who gets what, in which order, in how many writes: against a model that delivers everything at once."""

import asyncio
import json
import time
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_protocol.events import Deleted, Refusal
from chat_server import hub as hub_module
from chat_server.connection import text_frame
from chat_server.hub import Hub
from chat_server.roster import Roster
from chat_server.turns import Turns
from chatting import PATIENCE, Person, open_house
from sockets import Peer, greeted_peer, split_frames, text


class Line:
    """A connection as the hub sees it: something to write to. It may hang up in the middle of a write."""

    descriptor = None

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


async def tick() -> None:
    """Let the event loop turn until what was pending has been written."""
    for _ in range(hub_module._TURNS):
        await asyncio.sleep(0)


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
    hub, model = Hub(lambda: None, Turns()), Model()
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
    hub, line = Hub(lambda: None, Turns()), Line("~a")
    hub.join("~a", line, fact(1))
    for number in range(2, 100):
        hub.publish(fact(number), None)
    assert line.writes == []
    await asyncio.sleep(0)
    hub.publish(fact(100), None)  # a turn later it still goes with the others
    await tick()
    assert len(line.writes) == 1
    assert line.numbers() == list(range(1, 101))


class Talkers:
    """A hub with one listener, and somebody who sends much, a line in each piece."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.hub, self.line = Hub(lambda: None, self.turns), Line("~a")
        self.hub.join("~a", self.line, fact(0))
        self.said = 0

    def say(self) -> None:
        """One line more."""
        self.said += 1
        self.hub.publish(fact(self.said), None)

    def go_on(self) -> None:
        """A line in this piece, and there is always another one."""
        self.say()
        self.turns.wait(self.go_on, speaks=True)

    def go_on_later(self) -> None:
        """The same, but the next piece is read a turn later, as asyncio does it."""
        self.say()
        asyncio.get_running_loop().call_soon(partial(self.turns.wait, self.go_on_later, speaks=True))


@pytest.mark.parametrize(
    ("took", "most", "speaks", "gathers"),
    [(1e6, 1e6, True, True), (0.0, 1e6, True, False), (1e6, 0.0, True, False), (1e6, 1e6, False, False)],
)
async def test_a_tick_goes_on_while_somebody_waits_for_a_turn(monkeypatch, took, most, speaks, gathers):
    """Who may say something, and only as long as a write to everybody, or the most, allows."""
    monkeypatch.setattr(hub_module, "_GATHERING_MOST", most)
    talkers = Talkers()
    await tick()
    talkers.hub._writing_took = took
    for _ in range(9):
        talkers.turns.wait(talkers.say, speaks=speaks)
    for _ in range(9 + 2 * hub_module._TURNS):
        await asyncio.sleep(0)
    assert (len(talkers.line.writes) == 2) == gathers
    assert talkers.line.numbers() == list(range(10))


@pytest.mark.parametrize("way", ["go_on", "go_on_later"])
@pytest.mark.parametrize(("took", "most"), [(0.005, 1e6), (1e6, 0.01)])
async def test_a_tick_ends_however_long_somebody_goes_on(monkeypatch, way, took, most):
    """When twice the time of a write to everybody, or the most, has passed; not before."""
    monkeypatch.setattr(hub_module, "_GATHERING_MOST", most)
    talkers = Talkers()
    await tick()
    talkers.hub._writing_took = took
    begin = time.perf_counter()
    getattr(talkers, way)()
    async with asyncio.timeout(PATIENCE):
        while len(talkers.line.writes) < 2:  # noqa: ASYNC110 - the hub writes to no one who could wait
            await asyncio.sleep(0)
    assert time.perf_counter() - begin >= 0.01
    assert len(talkers.line.numbers()) > hub_module._TURNS


async def test_never_more_than_one_tick_is_under_way():
    """Whoever asks for a write in the middle does not begin another one: what comes later is still gathered."""
    talkers = Talkers()
    await tick()
    before = len(talkers.line.writes)
    for asked in range(3):
        talkers.say()
        await asyncio.sleep(0)
        talkers.hub.end_tick()
        assert len(talkers.line.writes) == before + asked + 1
    for _ in range(30 * hub_module._TURNS):
        talkers.say()
        await asyncio.sleep(0)
    assert len(talkers.line.writes) <= before + 3 + 31


@pytest.mark.parametrize("audience", [None, frozenset({"~a"})])
async def test_an_event_that_can_not_be_written_leaves_nothing_behind(audience):
    """The next ones go once to each whom they are for."""
    hub, ana, bob = Hub(lambda: None, Turns()), Line("~a"), Line("~b")
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


async def test_how_long_it_takes_to_write_to_everybody_is_noted():
    """It is what a longer tick has to be worth."""
    hub, line = Hub(lambda: None, Turns()), Line("~a")
    hub.join("~a", line, fact(0))
    hub.flush()
    line.hang_up = lambda: time.sleep(0.002)
    hub.publish(fact(1), None)
    hub.flush()
    assert hub._writing_took >= 0.002


async def test_an_event_is_encoded_once_for_all():
    """Everybody gets the same bytes, and without anything of their own the same object."""
    hub = Hub(lambda: None, Turns())
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
    hub = Hub(lambda: None, Turns())
    hub.publish(object(), None)
    hub.publish(object(), frozenset({"~a"}))
    hub.flush()


async def test_a_crowd_that_joins_in_one_tick_costs_one_frame():
    """A hundred newcomers are told to everyone in a single `clients` event."""
    roster = Roster(0.0)
    hub = Hub(roster.take_changes, Turns())
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
    hub = Hub(roster.take_changes, Turns())
    line, brief = Line("~a"), Line("~b")
    for member, name in ((line, "ana"), (brief, "bob")):
        roster.join(member.client_id, name)
        hub.join(member.client_id, member, fact(0))
    hub.leave("~b", brief)
    roster.leave("~b", 0.0, keep_name=False)
    hub.flush()
    assert line.events[-1] == {"type": "clients", "joined": [{"id": "~a", "name": "ana"}], "left": ["~b"]}
    assert brief.writes == []


class Crowd:
    """A hub and a roster whose newcomers are greeted with the list of who is here."""

    def __init__(self) -> None:
        self.roster = Roster(0.0)
        self.hub = Hub(self.roster.take_changes, Turns())
        self.here: list[Line] = []
        self._number = 0

    def join(self) -> Line:
        """Somebody new."""
        self._number += 1
        line = Line(f"~{self._number}")
        self.roster.join(line.client_id, f"guest{self._number}")
        self.here.append(line)
        self.hub.join(line.client_id, line, Refusal("list", self.roster.encoded_clients().decode()))
        return line

    def leave(self, line: Line) -> None:
        """Somebody goes."""
        self.here.remove(line)
        self.hub.leave(line.client_id, line)
        self.roster.leave(line.client_id, 0.0, keep_name=False)

    def rename(self, line: Line, name: str) -> None:
        """Somebody has another name."""
        self.roster.rename(line.client_id, name)
        self.hub.roster_changed()

    @staticmethod
    def known_to(line: Line) -> dict[str, str]:
        """Names by id, from the list in the greeting and the changes since."""
        greeting, *later = line.events
        people = {client["id"]: client["name"] for client in json.loads(greeting["text"])}
        for event in later:
            if event["type"] == "clients":
                people |= {client["id"]: client["name"] for client in event["joined"]}
                for client_id in event["left"]:
                    people.pop(client_id, None)
        return people


@pytest.fixture
def long_pauses(monkeypatch):
    """The roster, once told, waits for ever, however small the room."""
    monkeypatch.setattr(hub_module, "_ROSTER_PAUSE_EACH", 1e6)
    monkeypatch.setattr(hub_module, "_ROSTER_PAUSES", (0.0, 1e6))


async def test_a_crowd_that_joins_one_by_one_is_gathered(long_pauses):
    """Newcomers are greeted at once with the whole list; those before them are told later, of all in one frame."""
    crowd = Crowd()
    first = crowd.join()
    await tick()
    assert [event["type"] for event in first.events] == ["error", "clients"]
    for _ in range(100):
        newcomer = crowd.join()
        await tick()
        assert len(newcomer.writes) == 1
        assert crowd.known_to(newcomer).keys() == {line.client_id for line in crowd.here}
    assert len(first.writes) == 1
    crowd.hub._roster_is_due()
    await tick()
    assert [len(event["joined"]) for event in first.events[2:]] == [100]
    assert all(len(crowd.known_to(line)) == 101 for line in crowd.here)


async def test_the_roster_goes_with_whatever_everyone_gets(long_pauses):
    """A write that is made anyway carries it, after the message; a direct message does not."""
    crowd = Crowd()
    first = crowd.join()
    crowd.hub.flush()
    second = crowd.join()
    crowd.hub.publish(fact(1), frozenset({first.client_id}))
    crowd.hub.end_tick()
    assert [event["type"] for event in first.events] == ["error", "clients", "delete"]
    crowd.hub.publish(fact(2), None)
    crowd.hub.end_tick()
    assert [event["type"] for event in first.events[3:]] == ["delete", "clients"]
    assert [event["type"] for event in second.events] == ["error", "delete", "clients"]


async def test_the_pause_ends_by_itself(monkeypatch):
    """Nobody has to say or do anything for the last of a crowd to be told of."""
    monkeypatch.setattr(hub_module, "_ROSTER_PAUSES", (0.0, 0.005))
    monkeypatch.setattr(hub_module, "_ROSTER_PAUSE_EACH", 1.0)
    crowd = Crowd()
    first = crowd.join()
    crowd.hub.flush()
    crowd.join()
    async with asyncio.timeout(PATIENCE):
        while len(crowd.known_to(first)) < 2:  # noqa: ASYNC110 - the hub writes to no one who could wait
            await asyncio.sleep(0.001)


async def test_a_small_room_is_told_at_once():
    """Whoever comes, goes or takes another name is known at the end of the tick, each time."""
    crowd = Crowd()
    first = crowd.join()
    for number in range(5):
        line = crowd.join()
        await tick()
        crowd.rename(line, f"other{number}")
        await tick()
        assert crowd.known_to(first)[line.client_id] == f"other{number}"
        crowd.leave(line)
        await tick()
        assert crowd.known_to(first) == {first.client_id: "guest1"}


CROWD_STEPS = st.lists(
    st.tuples(st.sampled_from(["join", "join", "leave", "rename", "all", "tick", "tick", "due"]), st.integers(0, 9)),
    max_size=60,
)


@given(CROWD_STEPS)
def test_what_newcomers_are_given_fits_what_follows(steps):
    """However comings, goings, messages and pauses fall: in the end each who is here has the same right list."""
    asyncio.run(follow_crowd(steps))


async def follow_crowd(steps: list[tuple[str, int]]) -> None:
    """Do it, and look at everybody's list after a last flush."""
    crowd = Crowd()
    for number, (step, one) in enumerate(steps):
        line = crowd.here[one % len(crowd.here)] if crowd.here else None
        match step:
            case "join":
                crowd.join()
            case "leave" if line:
                crowd.leave(line)
            case "rename" if line:
                crowd.rename(line, f"name{number}")
            case "all":
                crowd.hub.publish(fact(number), None)
            case "tick":
                crowd.hub._roster_due = 1e9 if one % 2 else 0.0
                crowd.hub.end_tick()
            case "due":
                crowd.hub._roster_is_due()
                crowd.hub.end_tick()
    crowd.hub.flush()
    people = {client.id: client.name for client in crowd.roster.clients()}
    for line in crowd.here:
        assert crowd.known_to(line) == people


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


async def test_whoever_comes_while_much_is_gathered_gets_what_is_theirs(monkeypatch):
    """At a real server in long ticks: every line once and in order; a direct message is its two people's alone."""
    monkeypatch.setattr(hub_module, "_GATHERING", 1e6)
    async with open_house() as house:
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
        assert house.service.turns.heard
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
