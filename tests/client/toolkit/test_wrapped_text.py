"""Wrapped text: the rows of a text area are those that Textual would make, at a fraction of the work."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from textual._wrap import compute_wrap_offsets
from textual.document._document import Document
from textual.document._wrapped_document import WrappedDocument

from chat_tui.toolkit.cells import cell_len
from chat_tui.toolkit.wrapped_text import row_of, wrap_offsets

WORDS = st.lists(
    st.sampled_from(["a", "word", " ", "  ", "x" * 30, "é", "e\u0301", "界", "हि", "👍🏽", "\u200d", "\t"])
)


@given(WORDS.map("".join), st.integers(2, 40))
@example("x" * 80 + " ", 40)
@example("   " + "x" * 41, 40)
@example("a " * 20 + "b", 40)
def test_a_line_is_cut_where_textual_cuts_it(text, width):
    """Before words, and within those that are wider than a row."""
    assert wrap_offsets(text, width, 4) == compute_wrap_offsets(text, width, 4)


@given(st.text(st.sampled_from("ab \u2764\ufe0f⭐\u200d👩हि界"), max_size=60), st.integers(2, 20))
def test_no_row_is_wider_than_it_may_be(text, width):
    """Whatever stands in it."""
    cuts = [0, *wrap_offsets(text, width, 4), len(text)]
    rows = [text[start:end] for start, end in pairwise(cuts)]
    assert "".join(rows) == text
    assert all(cell_len(row) <= width for row in rows)


@pytest.mark.parametrize("text", ["", "short", "many words " * 30, "界" * 60])
def test_a_row_is_cut_out_of_its_line(text):
    """By its columns."""
    document = WrappedDocument(Document(text), width=20)
    rows = range(document.height)
    spans = [row_of(document, 0, row) for row in rows]
    assert [text[start:end] for start, end in spans] == document.get_sections(0) == document.lines[0]
