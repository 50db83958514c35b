"""The viewport stays with what is being read."""

from hypothesis import given
from hypothesis import strategies as st

from chat_tui.widgets.messages.heights import MessageBlocks
from chat_tui.widgets.messages.viewport import Viewport

LINES = 10


def _viewport_of(count, height=lambda key: 1 + key % 3, keys=None):
    blocks = MessageBlocks()
    measured = []

    def measure(key):
        measured.append(key)
        return height(key)

    blocks.extend((key, 40, False) for key in keys or range(1, count + 1))
    viewport = Viewport(blocks, measure)
    viewport.measured = measured
    viewport.blocks = blocks
    viewport.arrange(LINES)
    return viewport


def _lines_of(viewport):
    return [(item.key, row) for item in viewport.visible for row in range(item.start, item.end)]


def test_it_follows_the_end():
    """Without a scroll, the last row is at the bottom, also after new messages."""
    viewport = _viewport_of(100)
    assert _lines_of(viewport)[-1] == (100, 1)
    viewport.blocks.extend([(101, 40, False)])
    viewport.arrange(LINES)
    assert _lines_of(viewport)[-1] == (101, 2)
    assert viewport.at_end


def test_the_page_above_can_be_measured_later():
    """Looking back tells how far the top moves: a page up from there ends right above what was on the screen."""
    viewport = _viewport_of(100)
    viewport.blocks.extend((key, 40, False) for key in range(101, 200))
    viewport.measured.clear()
    viewport.arrange(LINES, look_back=False)
    top, first = viewport.top, viewport.visible[0].key
    assert min(viewport.measured) >= first - 1
    moved = viewport.look_back(LINES)
    assert moved != 0
    assert viewport.top == top + moved
    before = _lines_of(viewport)
    viewport.scroll_to(viewport.top - LINES, LINES)
    viewport.arrange(LINES)
    above = _lines_of(viewport)
    viewport.scroll_to(viewport.top + 1, LINES)
    viewport.arrange(LINES)
    assert _lines_of(viewport) == [*above[1:], before[0]]


def test_few_messages_begin_at_the_top():
    """Where the screen is not full, both ends are in view."""
    viewport = _viewport_of(2)
    assert _lines_of(viewport) == [(1, 0), (1, 1), (2, 0), (2, 1), (2, 2)]
    assert viewport.at_end
    assert viewport.at_start


def test_no_messages_is_no_error():
    """An empty list has no rows and is at both its ends."""
    viewport = _viewport_of(0)
    assert _lines_of(viewport) == []
    viewport.scroll_to(5, LINES)
    viewport.arrange(LINES)
    assert viewport.at_end


@given(st.integers(0, 200), st.data())
def test_changes_elsewhere_move_nothing(row, data):
    """Scrolled up, what is on the screen stays through appends, prepends, removals above and new estimates."""
    viewport = _viewport_of(0, keys=range(1000, 1100))
    viewport.scroll_to(row, LINES)
    viewport.arrange(LINES)
    before = _lines_of(viewport)
    first = before[0][0]
    for _ in range(4):
        match data.draw(st.sampled_from(["extend", "prepend", "remove", "estimate"])):
            case "extend" if not viewport.following:
                newest = viewport.blocks.key(viewport.blocks.last())
                viewport.blocks.extend([(newest + 1, 99, False)])
            case "prepend":
                oldest = viewport.blocks.key((0, 0))
                viewport.blocks.prepend([(oldest - 2, 500, True), (oldest - 1, 0, False)])
            case "remove":
                viewport.remove(data.draw(st.sets(st.integers(900, first - 1), max_size=20)), LINES)
            case _:
                viewport.blocks.set_width(data.draw(st.integers(5, 100)), 2)
        viewport.arrange(LINES)
        assert _lines_of(viewport) == before


@given(st.integers(0, 80), st.integers(1001, 1045), st.sampled_from([None, "above", "below"]))
def test_what_is_read_stays_where_others_are_put_in(row, gap, side):
    """With one row more above the message after them before that: its end, or the top line, is where it was.

    That is on the side that was wished for, else on the one that has more of the screen.
    """
    others = range(gap * 10, gap * 10 + 10)
    keys = [key * 10 for key in range(1000, 1100) if key != gap]
    after, loaded = gap * 10 + 10, False
    viewport = _viewport_of(0, lambda key: 2 if key != after or loaded else 3, keys)
    viewport.scroll_to(row, LINES)
    viewport.arrange(LINES)
    before = _lines_of(viewport)
    above = [line for line in before if line[0] < gap * 10]
    wish = {None: None, "above": gap * 10 - 10, "below": after}[side]
    steady = viewport.steady(others[0], wish)
    viewport.blocks.insert((key, 40, False) for key in others)
    loaded = True
    if steady is not None:
        viewport.keep(steady)
    viewport.arrange(LINES)
    lines = _lines_of(viewport)
    if len(above) == LINES or viewport.following:
        assert lines == before
    elif side == "above" or (side is None and len(above) > LINES / 2):
        assert lines[: len(above)] == above
    else:
        shift = before.index((after, 2)) if (after, 2) in before else None
        assert shift is None or lines.index((after, 1)) == shift
        below = [line for line in before if line[0] > after]
        assert lines[len(lines) - len(below) :] == below


@given(st.integers(60, 150), st.integers(0, 30))
def test_the_message_below_a_removed_one_keeps_its_line(row, size):
    """Removing the message at the top, and more, leaves the first one below where it is."""
    viewport = _viewport_of(300)
    viewport.scroll_to(row, LINES)
    viewport.arrange(LINES)
    before = _lines_of(viewport)
    first = before[0][0]
    gone = set(range(first - 5, first + size))
    viewport.remove(gone, LINES)
    viewport.arrange(LINES)
    left = [key for key, _ in before if key not in gone]
    if left and size:
        assert _lines_of(viewport).index((left[0], 0)) == before.index((left[0], 0))
    assert len(_lines_of(viewport)) == LINES


def test_the_next_page_up_is_exact():
    """Scrolling by a row moves by exactly a row, wherever one came from: a page above is measured already."""
    viewport = _viewport_of(2000)
    viewport.scroll_to(1111, LINES)
    viewport.arrange(LINES)
    for _ in range(200):
        before = _lines_of(viewport)
        viewport.scroll_to(viewport.top - 1, LINES)
        viewport.arrange(LINES)
        assert _lines_of(viewport)[1:] == before[:-1]


def test_only_what_is_near_is_measured():
    """A jump into a long list measures a page and the page above it."""
    viewport = _viewport_of(100_000)
    viewport.measured.clear()
    viewport.scroll_to(77_777, LINES)
    viewport.arrange(LINES)
    assert len(set(viewport.measured)) <= 3 * LINES


def test_scrolling_to_the_last_row_follows_again():
    """The end reached by scrolling is followed."""
    viewport = _viewport_of(50)
    viewport.scroll_to(3, LINES)
    viewport.arrange(LINES)
    assert not viewport.following
    viewport.scroll_to(viewport.blocks.total - LINES, LINES)
    viewport.arrange(LINES)
    assert viewport.following


def test_a_hold_stays_and_then_returns():
    """Held at the end, new messages move nothing; released, the end is followed again."""
    viewport = _viewport_of(50)
    before = _lines_of(viewport)
    viewport.hold()
    viewport.blocks.extend([(key, 40, False) for key in range(51, 60)])
    viewport.arrange(LINES)
    assert _lines_of(viewport) == before
    assert not viewport.at_end
    viewport.release()
    viewport.arrange(LINES)
    assert _lines_of(viewport)[-1][0] == 59


def test_a_hold_that_began_elsewhere_stays_there():
    """Scrolled up, neither hold nor release moves anything."""
    viewport = _viewport_of(50)
    viewport.scroll_to(20, LINES)
    viewport.arrange(LINES)
    before = _lines_of(viewport)
    viewport.hold()
    viewport.release()
    viewport.arrange(LINES)
    assert _lines_of(viewport) == before


@given(st.integers(1, 200), st.integers(1, 200))
def test_show_brings_the_whole_message_into_view(start, key):
    """Whatever was in view, the message is after `show`, all of it."""
    viewport = _viewport_of(200)
    viewport.scroll_to(start, LINES)
    viewport.arrange(LINES)
    viewport.show(key, LINES)
    viewport.arrange(LINES)
    assert {(key, row) for row in range(1 + key % 3)} <= set(_lines_of(viewport))


def test_show_prefers_the_last_rows_of_what_is_too_high():
    """Of a message higher than the screen, the end is shown: that is where its actions are."""
    viewport = _viewport_of(50, height=lambda key: 40 if key == 20 else 2)
    viewport.show(20, LINES)
    viewport.arrange(LINES)
    assert _lines_of(viewport)[-1] == (20, 39)


def test_a_pin_on_an_unsent_message_that_is_gone_is_the_end():
    """When the last page began with our own line, and that was acknowledged, the end is followed."""
    viewport = _viewport_of(5)
    viewport.set_unsent([-number for number in range(1, 40)])
    viewport.scroll_to(viewport.blocks.total - 20, LINES)
    viewport.arrange(LINES)
    viewport.set_unsent([])
    viewport.arrange(LINES)
    assert viewport.following
    assert _lines_of(viewport)[-1][0] == 5
