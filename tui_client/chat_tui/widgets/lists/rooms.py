"""The room list: offers rooms by their addresses, and what else there is to do."""

from collections.abc import Sequence
from typing import NamedTuple

from textual.widgets import OptionList
from textual.widgets.option_list import Option

from chat_tui.toolkit.cells import cell_len
from chat_tui.widgets.markup.wrapping import fit_cells

GAP = 2


class Place(NamedTuple):
    """`id` is what the list posts when it is chosen; `remark` stands in a column of its own."""

    id: str
    label: str
    remark: str = ""


def place_rows(places: Sequence[Place], width: int) -> list[str]:
    """One row of at most `width` cells for each; the remarks begin in one column, if labels have room before it."""
    column = max((cell_len(place.label) for place in places if place.remark), default=0) + GAP
    return [fit_cells(_row(place, column, width), width, trim=True) for place in places]


def _row(place: Place, column: int, width: int) -> str:
    if not place.remark:
        return place.label
    start = min(column, width - cell_len(place.remark))
    label = fit_cells(place.label, start - GAP, trim=True)
    return label + " " * (start - cell_len(label)) + place.remark


class RoomList(OptionList):
    """Enter or a click chooses. Rows are cut to the width, never wrapped."""

    DEFAULT_CSS = """
    RoomList {
        height: auto;
        border: none;
        padding: 0;
        background: $background;
        scrollbar-size-vertical: 1;
        &:focus { border: none; }
        & > .option-list--option { padding: 0 1; }
    }
    """

    def __init__(self, places: Sequence[Place], *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(*(Option(place.label, id=place.id) for place in places), id=id, markup=False)
        self._places = list(places)
        self._shown_rows: list[str] = []

    @property
    def chosen(self) -> str:
        """The id of the place under the cursor."""
        return self._places[self.highlighted or 0].id

    def set_remark(self, id: str, remark: str) -> None:  # noqa: A002 - as an option's
        """Say something else beside one place."""
        self._places = [place._replace(remark=remark) if place.id == id else place for place in self._places]
        self._draw()

    def on_resize(self) -> None:
        """Cut anew, and don't lose sight of the cursor."""
        self._draw()
        self.scroll_to_highlight()

    def _draw(self) -> None:
        """Replace the rows that are others now: each replacement is laid out again."""
        rows = place_rows(self._places, self.scrollable_content_region.width - 2)
        for index, row in enumerate(rows):
            if index >= len(self._shown_rows) or row != self._shown_rows[index]:
                self.replace_option_prompt_at_index(index, row)
        self._shown_rows = rows
