"""When a tick begins, what it gathers, and when it ends."""

import asyncio
import time
from functools import partial

import pytest

from chat_server.transport.hub import DEFAULT_PACE, GATHERED_PACE, TICK_TURNS, Pace
from chat_server.transport.read_scheduler import ReadScheduler
from chatting import PATIENCE
from hubs import Line, OneRoom, fact, tick

NEVER_AT_REST = Pace(rest=1e6)


async def test_a_tick_is_flushed_by_itself():
    """What is published is written at the end of the tick, in one write, without anybody asking."""
    hub, line = OneRoom(lambda: None, ReadScheduler(), NEVER_AT_REST), Line("~a")
    hub.join("~a", line, fact(1))
    await tick()
    for number in range(2, 100):
        hub.publish(fact(number), None)
    hub.end_batch()
    assert len(line.writes) == 1
    await asyncio.sleep(0)
    hub.publish(fact(100), None)  # a turn later it still goes with the others
    hub.end_batch()
    await tick()
    assert len(line.writes) == 2
    assert line.numbers() == list(range(1, 101))


@pytest.mark.parametrize(("rest", "turns"), [(0.0, 1), (1e6, TICK_TURNS)])
async def test_an_answer_that_is_given_after_a_rest_does_not_wait_for_others(rest, turns):
    """One turn of the loop, in which all that came at once is answered; a few where a write was just before."""
    hub, line = OneRoom(lambda: None, ReadScheduler(), Pace(rest=rest)), Line("~a")
    hub.join("~a", line, fact(0))
    await tick()
    hub.tell(line, fact(1))
    waited = 0
    while len(line.writes) < 2:
        assert waited < TICK_TURNS
        await asyncio.sleep(0)
        waited += 1
    assert waited == turns


async def test_a_batch_that_comes_after_a_rest_is_written_when_it_is_published():
    """Nothing can have gathered behind it; where a write was just before, it waits for others as ever."""
    for rested in (True, False):
        hub, line = OneRoom(lambda: None, ReadScheduler(), NEVER_AT_REST), Line("~a")
        hub.join("~a", line, fact(0))
        if not rested:
            await tick()
        for number in (1, 2, 3):
            hub.publish(fact(number), None)
        hub.end_batch()
        assert line.numbers() == ([0, 1, 2, 3] if rested else [0])
        for number in (4, 5):  # still in the same turn
            hub.publish(fact(number), None)
            hub.end_batch()
        assert len(line.writes) == 1
        await tick()
        assert len(line.writes) == 2
        assert line.numbers() == [0, 1, 2, 3, 4, 5]


async def test_what_the_log_has_gathered_is_written_batch_by_batch():
    """Without a rest each batch is written when it is published."""
    hub, line = OneRoom(lambda: None, ReadScheduler(), GATHERED_PACE), Line("~a")
    hub.join("~a", line, fact(0))
    for number in (1, 2, 3):
        hub.publish(fact(number), None)
        hub.end_batch()
        assert line.numbers() == list(range(number + 1))


class Talkers:
    """A hub with one listener, and somebody who sends much, a line in each piece."""

    def __init__(self, pace: Pace = DEFAULT_PACE) -> None:
        self.turns = ReadScheduler()
        self.hub, self.line = OneRoom(lambda: None, self.turns, pace), Line("~a")
        self.hub.join("~a", self.line, fact(0))
        self.said = 0

    def say(self) -> None:
        """One line more."""
        self.said += 1
        self.hub.publish(fact(self.said), None)
        self.hub.end_batch()

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
async def test_a_tick_goes_on_while_somebody_waits_for_a_turn(took, most, speaks, gathers):
    """Who may say something, and only as long as a write to everybody, or the most, allows."""
    talkers = Talkers(Pace(rest=1e6, gathering_most=most))
    await tick()
    talkers.hub.writing_took = took
    for _ in range(9):
        talkers.turns.wait(talkers.say, speaks=speaks)
    for _ in range(9 + 2 * TICK_TURNS):
        await asyncio.sleep(0)
    assert (len(talkers.line.writes) == 2) == gathers
    assert talkers.line.numbers() == list(range(10))


@pytest.mark.parametrize("way", ["go_on", "go_on_later"])
@pytest.mark.parametrize(("took", "most"), [(0.005, 1e6), (1e6, 0.01)])
async def test_a_tick_ends_however_long_somebody_goes_on(way, took, most):
    """When twice the time of a write to everybody, or the most, has passed; not before."""
    talkers = Talkers(Pace(rest=1e6, gathering_most=most))
    await tick()
    talkers.hub.writing_took = took
    begin = time.perf_counter()
    getattr(talkers, way)()
    async with asyncio.timeout(PATIENCE):
        while len(talkers.line.writes) < 2:  # noqa: ASYNC110 - the hub writes to no one who could wait
            await asyncio.sleep(0)
    assert time.perf_counter() - begin >= 0.01


async def test_never_more_than_one_tick_is_under_way():
    """Whoever asks for a write in the middle does not begin another one: what comes later is still gathered."""
    talkers = Talkers(NEVER_AT_REST)
    await tick()
    before = len(talkers.line.writes)
    for asked in range(3):
        talkers.say()
        await asyncio.sleep(0)
        talkers.hub.end_tick()
        assert len(talkers.line.writes) == before + asked + 1
    for _ in range(30 * TICK_TURNS):
        talkers.say()
        await asyncio.sleep(0)
    assert len(talkers.line.writes) <= before + 3 + 31


async def test_how_long_it_takes_to_write_to_everybody_is_noted():
    """It is what a longer tick has to be worth."""
    hub, line = OneRoom(lambda: None, ReadScheduler()), Line("~a")
    hub.join("~a", line, fact(0))
    hub.flush()
    line.hang_up = lambda: time.sleep(0.002)
    hub.publish(fact(1), None)
    hub.flush()
    assert hub.writing_took >= 0.002
