"""The line that is being typed in plain mode: edited as terminals do it, and shown on one row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.plain.typed_line import EditKeys, TypedLine, text_cells


@pytest.mark.parametrize(
    ("typed", "lines", "text"),
    [
        (b"hello\r", ["hello"], ""),
        (b"a\nb\r\nc", ["a", "b", ""], "c"),
        (b"hellp\x7fo", [], "hello"),
        (b"x\x08y", [], "y"),
        (b"\x7f\x7fa", [], "a"),
        ("e\u0301\x7fz".encode(), [], "z"),
        (b"one two  \x17", [], "one "),
        (b"all of it\x15new", [], "new"),
        (b"a\tb", [], "a    b"),
        (b"a\x1b[Ab\x1bOPc\x1b[1;5Cd\x1bxe", [], "abcde"),
        (b"a\x00\x01\x02\x85b", [], "a\ufffdb"),
        ("zoë 漢\r".encode(), ["zoë 漢"], ""),
        (b"\xff\r", ["\ufffd"], ""),
    ],
)
def test_keys_edit_the_line(typed, lines, text):
    """Letters, a letter, a word or all of it back; of other keys nothing is typed."""
    line = TypedLine(EditKeys())
    assert line.feed(typed) == lines
    assert line.text == text


@given(st.binary(max_size=40), st.integers(0, 40))
def test_where_a_read_ends_makes_no_difference(typed, at):
    """Letters and keys may come in two parts."""
    whole, parts = TypedLine(EditKeys()), TypedLine(EditKeys())
    assert whole.feed(typed) == parts.feed(typed[:at]) + parts.feed(typed[at:])
    assert whole.text == parts.text


def test_the_end_of_the_input_is_typed_on_an_empty_line():
    """As in any program; elsewhere it is nothing."""
    line = TypedLine(EditKeys())
    line.feed(b"a\x04")
    assert not line.over
    assert line.feed(b"\r\x04more\r") == ["a"]
    assert line.over


def test_the_terminals_own_keys_count():
    """Such as those of `stty erase ^H`."""
    line = TypedLine(EditKeys("\x08", "\x18", "\x17", "\x1a"))
    line.feed(b"abc\x08d\x18e")
    assert line.text == "e"


@given(st.text(), st.integers(2, 30))
def test_what_is_shown_fits_on_a_row(text, columns):
    """The end of it, with a cell for the cursor."""
    line = TypedLine(EditKeys())
    line.feed(text.encode(errors="replace"))
    shown = line.shown(columns)
    assert line.text.endswith(shown)
    assert text_cells(shown) < columns
