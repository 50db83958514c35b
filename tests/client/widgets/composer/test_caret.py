"""Arrow keys, the mouse and Backspace in a line of emoji, flags and letters with marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.widgets.composer.caret import backspace_from, cluster_at
from client.composer_host import Host

SHRUG, FAMILY, FLAG, WAVE = "🤷🏻\u200d♂\ufe0f", "👨\u200d👩\u200d👧", "🇩🇪", "👋🏽"


@pytest.mark.parametrize("cluster", [SHRUG, FAMILY, FLAG, WAVE, "❤\ufe0f", "1\ufe0f\u20e3", "e\u0301", "字", "a"])
def test_one_step_over_a_cluster(cluster):
    """To both sides, in whatever it stands; and from inside it to its ends."""
    for before, after in (("", ""), ("ab", "cd"), ("ü", "ü"), ("🇫🇷", "🇫🇷"), ("👩", "👩")):
        line, start = before + cluster + after, len(before)
        for column in range(start, start + len(cluster)):
            assert cluster_at(line, column) == (start, start + len(cluster))


@pytest.mark.parametrize(
    ("line", "left"),
    [("a" + SHRUG, "a"), (FLAG + FLAG, FLAG), (WAVE, ""), ("e\u0301", "e"), ("हि", "ह"), ("❤\ufe0f", ""), ("ab", "a")],
)
def test_backspace(line, left):
    """A picture goes whole, of a letter the last mark."""
    assert line[: backspace_from(line, len(line))] == left


@given(st.text("a🇩🇪👨\u200d\ufe0f\u0301字हि🏽", max_size=30), st.integers(0, 30))
def test_stops_cover_the_line(line, column):
    """Whatever it is: the clusters touch, none is empty, and from any of them both ends are reached."""
    column = min(column, len(line))
    start, end = cluster_at(line, column)
    assert start <= column <= end
    assert (end > column) == (column < len(line))
    if column:
        assert 0 <= backspace_from(line, column) < column


async def test_keys_in_the_composer():
    """Left, right, Delete and Backspace leave no half of a picture."""
    async with Host().run_test() as pilot:
        composer = pilot.app.composer
        composer.insert_plain(f"a{FLAG}b{FAMILY}")
        await pilot.press("left", "left", "x")
        assert composer.text == f"a{FLAG}xb{FAMILY}"
        await pilot.press("right", "right", "backspace", "left", "left", "left", "delete")
        assert composer.text == "axb"
        composer.insert_plain(WAVE)
        await pilot.press("ctrl+j", "up", "end", "shift+left", "backspace")
        assert composer.text == "a\nxb"


async def test_no_stop_inside_a_picture_from_above():
    """A column that would be inside one is one of its ends."""
    async with Host().run_test() as pilot:
        composer = pilot.app.composer
        composer.insert_plain(f"abc\n{FAMILY}{FAMILY}")
        await pilot.press("up", "home", "right", "down", "x")
        assert composer.text.endswith((f"\nx{FAMILY}{FAMILY}", f"\n{FAMILY}x{FAMILY}"))
