"""An option list that bears a terminal with no room for it."""

from typing import Literal

from textual.widgets import OptionList


class ChoiceList(OptionList):
    """Textual's own list, but that a page of no rows is none: there its page keys would be a fault."""

    def _move_page(self, direction: Literal[-1, 1]) -> None:
        if self._lines:
            super()._move_page(direction)
