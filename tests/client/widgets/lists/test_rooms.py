"""Rows of the list of rooms fit, whatever stands in them."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from chat_tui.widgets.lists.rooms import Place, place_rows

PLACES = st.lists(st.builds(Place, st.just("id"), st.text(max_size=60), st.text("● answers", max_size=20)), max_size=5)


@given(PLACES, st.integers(0, 80))
def test_no_row_is_wider_than_the_list(places, width):
    """A row for each place."""
    rows = place_rows(places, width)
    assert len(rows) == len(places)
    assert all(cell_len(row) <= width for row in rows)


def test_remarks_stand_in_one_column_where_there_is_space():
    """Where there is too little, the end of the address goes."""
    places = [Place("a", "short", "recent"), Place("b", "longer.example.org", "recent"), Place("c", "no remark")]
    assert place_rows(places, 40) == [
        "short               recent", "longer.example.org  recent", "no remark"
    ]  # fmt: skip
    assert place_rows(places, 16) == ["short     recent", "longer.…  recent", "no remark"]
