"""What everybody is told of those who come and go, and how often."""

import asyncio
import json

from hypothesis import given
from hypothesis import strategies as st

from chat_protocol.events import Refusal
from chat_server.transport.hub import DEFAULT_PACE, Pace
from chat_server.transport.read_scheduler import ReadScheduler
from chatting import PATIENCE
from hall import Hall
from hubs import Line, OneRoom, fact, tick


async def test_a_crowd_that_joins_in_one_tick_costs_one_frame():
    """A hundred newcomers are told to everyone in a single `clients` event."""
    roster = Hall(0.0)
    hub = OneRoom(roster.take_changes, ReadScheduler())
    lines = []
    for number in range(101):
        lines.append(Line(f"~{number}"))
        roster.join(f"~{number}", f"guest{number}", 0.0)
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
    roster = Hall(0.0)
    hub = OneRoom(roster.take_changes, ReadScheduler())
    line, brief = Line("~a"), Line("~b")
    for member, name in ((line, "ana"), (brief, "bob")):
        roster.join(member.client_id, name, 0.0)
        hub.join(member.client_id, member, fact(0))
    hub.leave("~b", brief)
    roster.leave("~b", 0.0, keep_name=False)
    hub.flush()
    assert line.events[-1] == {"type": "clients", "joined": [{"id": "~a", "name": "ana"}], "left": ["~b"]}
    assert brief.writes == []


class Crowd:
    """A hub and a roster whose newcomers are greeted with the list of who is here."""

    def __init__(self, pace: Pace = DEFAULT_PACE) -> None:
        self.roster = Hall(0.0)
        self.hub = OneRoom(self.roster.take_changes, ReadScheduler(), pace)
        self.here: list[Line] = []
        self._number = 0

    def join(self) -> Line:
        """Somebody new."""
        self._number += 1
        line = Line(f"~{self._number}")
        self.roster.join(line.client_id, f"guest{self._number}", 0.0)
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
        self.roster.rename(line.client_id, name, 0.0)
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


LONG_PAUSES = Pace(roster_pause_each=1e6, roster_pause_most=1e6)
"""The roster, once told, waits for ever, however small the room."""


async def test_a_crowd_that_joins_one_by_one_is_gathered():
    """Newcomers are greeted at once with the whole list; those before them are told later, of all in one frame."""
    crowd = Crowd(LONG_PAUSES)
    first = crowd.join()
    await tick()
    assert [event["type"] for event in first.events] == ["error", "clients"]
    for _ in range(100):
        newcomer = crowd.join()
        await tick()
        assert len(newcomer.writes) == 1
        assert crowd.known_to(newcomer).keys() == {line.client_id for line in crowd.here}
    assert len(first.writes) == 1
    crowd.hub.end_roster_pause()
    await tick()
    assert [len(event["joined"]) for event in first.events[2:]] == [100]
    assert all(len(crowd.known_to(line)) == 101 for line in crowd.here)


async def test_the_roster_goes_with_whatever_everyone_gets():
    """A write that is made anyway carries it, before the message; a direct message does not."""
    crowd = Crowd(LONG_PAUSES)
    first = crowd.join()
    crowd.hub.flush()
    second = crowd.join()
    crowd.hub.publish(fact(1), frozenset({first.client_id}))
    crowd.hub.end_tick()
    assert [event["type"] for event in first.events] == ["error", "clients", "delete"]
    crowd.hub.publish(fact(2), None)
    crowd.hub.end_tick()
    assert [event["type"] for event in first.events[3:]] == ["clients", "delete"]
    assert [event["type"] for event in second.events] == ["error", "clients", "delete"]


async def test_who_comes_is_there_before_they_are_heard():
    """And who leaves is there until then, though all of it is told in one write; a small room's secrets are no others.

    Who came in between gets what is after that alone.
    """
    crowd = Crowd()
    first = crowd.join()
    crowd.hub.flush()
    second = crowd.join()
    crowd.hub.publish(fact(1), None)
    third = crowd.join()
    crowd.hub.publish(fact(2), frozenset({first.client_id}))
    crowd.hub.publish(fact(3), None)
    crowd.leave(second)
    crowd.hub.publish(fact(4), None)
    crowd.hub.flush()

    def told(line):
        return [
            event["id"] if event["type"] == "delete" else [client["id"] for client in event["joined"]] or event["left"]
            for event in line.events
            if event["type"] != "error"
        ]

    assert told(first)[1:] == [["~2"], 1, ["~3"], 2, 3, ["~2"], 4]
    assert told(third) == [["~3"], 3, ["~2"], 4]


async def test_the_pause_ends_by_itself():
    """Nobody has to say or do anything for the last of a crowd to be told of."""
    crowd = Crowd(Pace(roster_pause_each=1.0, roster_pause_least=0.0, roster_pause_most=0.005))
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
    crowd = Crowd(LONG_PAUSES)
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
                if one % 2 == 0:
                    crowd.hub.end_roster_pause()
                crowd.hub.end_tick()
            case "due":
                crowd.hub.end_roster_pause()
                crowd.hub.end_tick()
    crowd.hub.flush()
    people = {client.id: client.name for client in crowd.roster.clients()}
    for line in crowd.here:
        assert crowd.known_to(line) == people
