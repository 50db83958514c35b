"""What was found is shown by the rows that have it, in any width."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from chat_tui.widgets.lists.search_hits import Hit, rows_of

TEXTS = st.text("ab 日\u0301\n👩\u200d🚒x[/", max_size=200)


def shown(hit, width):
    """The rows as text."""
    return ["".join(text for text, _ in row).rstrip() for row in rows_of(hit, width)]


def test_the_rows_around_the_first_word_are_shown():
    """The author's, one before it, and one more; a sign that there is more."""
    text = " ".join(f"{n:03}" for n in range(40))
    hit = Hit(1, "bob", "10:02", text, [(80, 83)])
    assert shown(hit, 21) == ["bob  10:02", "015 016 017 018 019", "020 021 022 023 024", "025 026 027 028 029…"]
    assert ("020", "found") in rows_of(hit, 21)[2]


def test_a_word_over_a_cut_stands_out_on_both_rows():
    """A break of the text is a space here."""
    hit = Hit(1, "bob", "10:02", "x" * 30 + "\nnext", [(0, 30)])
    assert rows_of(hit, 21)[1:] == [[("x" * 20, "found")], [("x" * 10, "found"), (" next", "")]]


@given(TEXTS, TEXTS, st.integers(4, 60), st.integers(0, 30))
def test_no_row_is_wider_than_there_is_room(author, text, width, at):
    """Whatever names and texts are made of; nothing but the text is in the rows."""
    hit = Hit(1, author, "10:02, private → zoë", text, [(at, at + 5)] if at + 5 <= len(text) else [])
    rows = rows_of(hit, width)
    assert 1 <= len(rows) <= 4
    assert all(sum(cell_len(part) for part, _ in row) <= width for row in rows)
