"""Countdowns: they count on the server's clock, and cost nothing while none is in view."""

import asyncio

import pytest

from chat_tui.widgets.messages.row import countdown_text
from client.message_list_host import Host, row, until

SIZE = (60, 12)


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (-5, "0:00"),
        (0, "0:00"),
        (0.2, "0:00"),
        (0.9, "0:01"),
        (42.2, "0:42"),
        (61, "1:01"),
        (3599, "59:59"),
        (3600, "1 h 0 m"),
        (7500, "2 h 5 m"),
        (86_399, "23 h 59 m"),
        (86_400, "1 d 0 h"),
        (273_600, "3 d 4 h"),
    ],
)
def test_the_words_of_a_countdown(left, text):
    """Minutes and seconds, then hours and minutes, then days and hours; never below zero."""
    assert countdown_text(left) == text


async def test_it_counts_down_to_zero_and_stays_there():
    """The time left follows the clock; at its end the message stays until its owner removes it."""
    host = Host([row(1, "soon gone", expires_at=1042.0, note="private → you", note_kind="private")])
    async with host.run_test(size=SIZE):
        assert host.texts[0] == " ┃ ana  10:02  ⏳ 0:42  private → you"
        for clock, text in ((1001.0, "0:41"), (1033.5, "0:09"), (1042.0, "0:00"), (1100.0, "0:00")):
            host.clock = clock
            await until(lambda text=text: host.texts[0] == f" ┃ ana  10:02  ⏳ {text}  private → you")


async def test_only_its_own_cells_are_painted():
    """A tick repaints the countdown and nothing else."""
    host = Host([row(1, "soon gone", expires_at=1042.0)])
    async with host.run_test(size=SIZE) as pilot:
        await pilot.pause()
        host.list.painted.clear()
        host.clock = 1001.0
        await until(lambda: host.list.painted)
        assert {tuple(region) for regions in host.list.painted for region in regions} == {(15, 1, 7, 1)}


async def test_a_countdown_that_becomes_longer_has_room():
    """Where "1 d 0 h" becomes "23 h 59 m", the words after it move."""
    host = Host([row(1, expires_at=1000.0 + 86_400, note="private → you", note_kind="private")])
    async with host.run_test(size=SIZE):
        assert host.texts[0] == " ┃ ana  10:02  ⏳ 1 d 0 h  private → you"
        host.clock += 1
        await until(lambda: host.texts[0] == " ┃ ana  10:02  ⏳ 23 h 59 m  private → you")


async def test_the_timer_lives_while_a_countdown_is_in_view():
    """Scrolled away or removed, nothing ticks; scrolled back, it does."""
    host = Host([row(key) for key in range(1, 40)])
    async with host.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert not _timers()
        host.say(row(40, expires_at=1042.0))
        await until(_timers)
        timers = _timers()
        host.say(row(41, expires_at=1050.0))
        await until(lambda: any("0:50" in line for line in host.shown))
        assert _timers() == timers
        host.list.scroll_to(y=0)
        await until(lambda: not _timers())
        host.list.to_end()
        await until(_timers)
        host.delete(40, 41)
        await until(lambda: not _timers())


def _timers():
    """The timers of countdowns, by their name."""
    return [task for task in asyncio.all_tasks() if task.get_name() == "countdown"]


async def test_the_countdown_of_a_picked_message_keeps_its_background():
    """What a tick paints is coloured like the rest of the row."""
    host = Host([row(1, expires_at=1042.0)])
    async with host.run_test(size=SIZE):
        host.list.pick(1)
        backgrounds = {segment.style.bgcolor for segment in host.strips[1]}
        assert len(backgrounds) == 1
        assert backgrounds != {segment.style.bgcolor for segment in host.strips[0]}
