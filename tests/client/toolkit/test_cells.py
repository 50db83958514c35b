"""Cell widths: nothing is counted as less than a usual terminal draws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import get_character_cell_size, set_cell_size
from rich.segment import Segment
from textual.strip import Strip

from chat_tui.toolkit.cells import cell_len, is_single_cells, split_graphemes
from terminal_rules import drawn_points, rules

EMOJI = ["❤\ufe0f", "⭐\ufe0f", "👍🏽", "👩\u200d👧", "🇩🇪", "\u200d", "\ufe0f", "1\ufe0f\u20e3"]
ATOMS = st.sampled_from([*"aé界 ", "e\u0301", "हिन्दी", *EMOJI])
TEXTS = st.lists(ATOMS).map("".join)


@pytest.fixture(scope="module")
def counted():
    """What we count for each code point."""
    return {point: get_character_cell_size(chr(point)) for point in drawn_points()}


@pytest.mark.parametrize("rule", rules())
def test_no_rule_of_a_terminal_gives_a_character_more_cells(rule, counted):
    """For every code point that is drawn."""
    cells = rules()[rule]
    assert [hex(point) for point, ours in counted.items() if cells(point) > ours] == []


def test_what_is_counted_without_looking_is_counted_right(counted):
    """Texts of letters of one cell each are as long as they have letters."""
    quick = [point for point in counted if is_single_cells(chr(point))]
    assert len(quick) > 1000
    assert {counted[point] for point in quick} == {1}


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("हिन्दी", 5),
        ("தமிழ்", 4),
        ("\u3164\uffa0", 3),
        ("🏽", 2),
        ("👍🏽", 4),
        ("👨\u200d👩\u200d👧", 6),
        ("❤\ufe0f⭐\ufe0f1\ufe0f\u20e3", 6),
        ("🇩🇪", 2),
        ("\u1112\u1161\u11ab", 4),
        ("a\u200db", 2),
        ("e\u0301", 1),
    ],
)
def test_a_text_takes_what_the_widest_terminal_takes_for_it(text, cells):
    """Spacing signs, fillers, lone tones of skin, jamo, and emoji that are not joined."""
    assert cell_len(text) == cells


@given(TEXTS)
def test_a_text_is_as_wide_as_its_parts(text):
    """All of its characters are in one span each, of at most two cells."""
    spans, cells = split_graphemes(text)
    assert "".join(text[start:end] for start, end, _ in spans) == text
    assert sum(taken for _, _, taken in spans) == cells == cell_len(text)
    assert all(taken <= 2 for _, _, taken in spans)
    assert is_single_cells(text) <= (cells == len(text))
    assert sum(map(get_character_cell_size, text)) >= cells


@given(TEXTS, st.integers(0, 30))
def test_what_textual_cuts_has_the_cells_it_asked_for(text, cells):
    """Also in the midst of what is two cells wide."""
    assert cell_len(set_cell_size(text, cells)) == cells
    whole = Strip([Segment(text)])
    left, right = whole.crop(0, cells), whole.crop(cells)
    assert cell_len(left.text) + cell_len(right.text) >= cell_len(text)
