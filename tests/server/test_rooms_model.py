"""Whatever people do in rooms, what each has on the screen is what a newcomer with the same eyes would be given.

Random sequences over rooms, joins, leaves, direct and temporary messages, deletions, lost connections and restarts, at
a real server with either log; rooms go out of memory and come back in between.
"""

import asyncio
import itertools
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatting import PATIENCE, Event, House, Person, open_house

ROOMS = ("lobby", "dev", "ops")
HOMES = {"ana": "lobby", "bob": "lobby", "cat": "dev"}
WHERE, WHAT = st.integers(0, len(ROOMS) - 1), st.integers(0, 99)
STEP = st.tuples(
    st.sampled_from(
        [
            "say",
            "say",
            "say",
            "direct",
            "temp",
            "reply",
            "delete",
            "delete",
            "join",
            "leave",
            "lose",
            "wait",
            "cool",
            "restart",
        ]
    ),
    st.sampled_from(sorted(HOMES)),
    WHERE,
    WHAT,
)


class Screen:
    """What somebody's program shows: messages by id for each room that it is in, and direct ones."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.views: dict[str, dict[int, str]] = {home: {}, "direct": {}}
        self.places: dict[str, int] = {}
        self.epoch = ""

    def take(self, event: Event) -> None:
        """Follow one event, as the protocol page says."""
        match event["type"]:
            case "init":
                self._begin(event, [self.home, "direct"], self.home)
                self.epoch = event["epoch"]
            case "room" if "messages" in event:
                room = event.get("room", "lobby")
                self.views.setdefault(room, {})
                self._begin(event, [room], room)
            case "left":
                self.views.pop(event.get("room", "lobby"), None)
            case "message":
                self._add(event)
            case "delete":
                for view in self.views.values():
                    view.pop(event["id"], None)
                self._advance(event)

    def _begin(self, event: Event, views: list[str], place: str) -> None:
        for view in views:
            if not event["resumed"]:
                self.views[view].clear()
            for number in event["deleted"]:
                self.views[view].pop(number, None)
        for message in event["messages"]:
            self._add(message)
        self.places[place] = event["seq"]

    def _add(self, message: Event) -> None:
        view = "direct" if message["to_id"] else message.get("room", "lobby")
        if view in self.views:  # else it is the echo of what was said in a room without being there
            self.views[view][message["id"]] = message["text"]
        self._advance(message)

    def _advance(self, event: Event) -> None:
        direct = bool(event.get("to_id"))
        room = self.home if direct else event.get("room", "lobby")
        if room in self.views:
            self.places[room] = max(event["seq"], self.places.get(room, 0))


class Town:
    """A server, people with screens, and what they do."""

    def __init__(self, log: str) -> None:
        self.log = log
        self.stack = AsyncExitStack()
        self.house: House
        self.people: dict[str, Person] = {}
        self.screens = {name: Screen(home) for name, home in HOMES.items()}
        self.read: dict[str, int] = dict.fromkeys(HOMES, 0)
        self.numbers = itertools.count()
        self.late = 0.0
        self.away: set[str] = set()

    async def open(self) -> None:
        """Start the server; everybody comes, or comes back."""
        self.house = await self.stack.enter_async_context(open_house(log=self.log, new_rooms=1000))
        self.house.clock.sleep(self.late)
        for name in HOMES:
            await self.come(name)

    async def come(self, name: str) -> None:
        """Connect, go on from where the screen is, and join what was joined."""
        screen = self.screens[name]
        path = "/" if screen.home == "lobby" else f"/{screen.home}"
        resume = f"&resume={screen.epoch}.{screen.places.get(screen.home, 0)}" if screen.epoch else ""
        before = screen.epoch
        target = f"{path}?name={name}{resume}"
        self.people[name] = await self.house.person(secret=name * 10, target=target)
        self.read[name] = 0
        self.away.discard(name)
        init = self.people[name].init
        screen.take(init)
        others = [room for room in screen.views if room not in {"direct", screen.home}]
        if others:
            same = init["epoch"] == before
            places = [f"{room}@{screen.places[room]}" if same else room for room in others]
            await self.people[name].say("/join " + ",".join(places))
        await self.catch_up(name)

    async def catch_up(self, name: str) -> None:
        """Read and show all that there is for somebody."""
        await self.house.settled()
        person, token = self.people[name], f"t{next(self.numbers)}"
        await person.say(f"/txn {token} /who")
        await person.until(lambda: bool(person.seen) and person.seen[-1].get("txn") == token)
        for event in person.seen[self.read[name] :]:
            self.screens[name].take(event)
        self.read[name] = len(person.seen)

    async def do(self, step: str, name: str, where: int, what: int) -> None:
        """One step. Who is away comes back by whatever they do."""
        if step in {"wait", "cool", "restart"}:
            await getattr(self, step)(what)
        elif name in self.away:
            await self.come(name)
        elif step == "lose":
            await self.people[name].socket.close()
            self.away.add(name)
        elif line := self.line(step, name, ROOMS[where], what):
            await self.people[name].say(line)
        await self.house.settled()
        for present in self.people.keys() - self.away:
            await self.catch_up(present)

    def line(self, step: str, name: str, room: str, what: int) -> str:
        """What somebody says; "" where there is nothing to be said."""
        screen, text = self.screens[name], f"text {next(self.numbers)}"
        places = {number: view for view, numbers in screen.views.items() for number in numbers}
        number = sorted(places)[what % len(places)] if places else 0
        at_home = places.get(number) == "direct" or (places.get(number) == screen.home and what % 2)
        named = "" if at_home else f"/in {places.get(number)} "
        others = [other for other in HOMES if other != name]
        return {
            "say": f"/in {room} {text}",
            "direct": f"/to {others[what % len(others)]} {text}",
            "temp": f"/in {room} /temp {1 + 20 * what} {text}",
            "reply": f"{named}/reply {number} {text}" if number else "",
            "delete": f"{named}/delete {number}" if number else "",
            "join": f"/join {room}@{screen.places[room]}" if what % 2 and room in screen.views else f"/join {room}",
            "leave": f"/leave {room}" if room != screen.home and room in screen.views else "",
        }[step]

    async def wait(self, what: int) -> None:
        """Some time."""
        await self.pass_time(10.0 * what)

    async def cool(self, _: int) -> None:
        """So long that rooms go out of memory which everybody has left."""
        await self.pass_time(601.0)
        self.house.context.rooms.tidy(self.house.clock())

    async def restart(self, _: int) -> None:
        """The server, where it has a file."""
        if self.log != "memory:":
            await self.stack.aclose()
            await self.open()

    async def pass_time(self, seconds: float) -> None:
        """Let what ends end."""
        self.late += seconds
        self.house.clock.sleep(seconds)
        alarm = self.house.host.alarm
        alarm.set()
        await self.house.eventually(lambda: (alarm.next_due() or 1e18) > self.house.clock())
        await self.house.settled()

    async def compare(self) -> None:
        """Everybody's screen, with that of a program which has just been started by the same person.

        What has ended is deleted by a commit of its own, so that it may be there for a moment longer.
        """
        for name in list(self.away):
            await self.come(name)
        for name, screen in self.screens.items():
            await self.catch_up(name)
            fresh, end = await self.newcomer(name), time.monotonic() + PATIENCE
            while screen.views != fresh.views and time.monotonic() < end:
                await asyncio.sleep(0.01)
                await self.catch_up(name)
                fresh = await self.newcomer(name)
            assert screen.views == fresh.views

    async def newcomer(self, name: str) -> Screen:
        """A screen that begins now, in the rooms in which somebody is."""
        mine = self.screens[name]
        fresh = Screen(mine.home)
        path = "/" if mine.home == "lobby" else f"/{mine.home}"
        person = await self.house.person(secret=name * 10, target=path)
        fresh.take(person.init)
        for room in mine.views.keys() - fresh.views.keys():
            await person.say(f"/join {room}")
            while not any(event["type"] == "room" and event.get("room", "lobby") == room for event in person.seen):
                fresh.take(await person.next())
        await person.socket.close()
        return fresh


async def live(log: str, steps: list[tuple[str, str, int, int]]) -> None:
    """All the steps, then the comparison."""
    town = Town(log)
    async with town.stack:
        await town.open()
        for step in steps:
            await town.do(*step)
        await town.compare()
        await town.stack.aclose()


SETTINGS = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


@SETTINGS
@given(st.lists(STEP, max_size=40))
def test_screens_are_what_a_newcomer_gets_in_memory(steps):
    """Joined, left, lost, come back, ended: no difference remains."""
    asyncio.run(live("memory:", steps))


@SETTINGS
@given(st.lists(STEP, max_size=25))
def test_screens_are_what_a_newcomer_gets_from_a_file(steps):
    """The same over restarts of the server."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(live(f"sqlite:{Path(folder) / 'log.db'}", steps))


@pytest.mark.long
@pytest.mark.timeout(900)
@settings(SETTINGS, max_examples=1_000)
@given(st.lists(STEP, max_size=60))
def test_screens_are_what_a_newcomer_gets_for_long(steps):
    """Many more of them."""
    asyncio.run(live("memory:", steps))
