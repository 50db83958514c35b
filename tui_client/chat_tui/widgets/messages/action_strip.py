"""The action strip: places the actions under the picked message, with one in focus and one that awaits confirmation."""

from collections.abc import Sequence
from typing import NamedTuple

from chat_tui.toolkit.cells import cell_len
from chat_tui.widgets.markup.wrapping import fit_cells, settle
from chat_tui.widgets.messages.row import Action

_SPACE = 1  # cells between two items


class Item(NamedTuple):
    """One action on a row of the strip, at cell `x`; the text has its padding."""

    number: int
    x: int
    text: str


class ActionStrip:
    """The state of one strip, with the words that stand above it. The first item has the focus at first."""

    def __init__(self, actions: Sequence[Action], words: str = "") -> None:
        self.actions = tuple(actions)
        self.words = words
        self.focused = 0
        self.armed: int | None = None

    def move(self, by: int) -> None:
        """Move the focus, around the ends; what awaited a confirmation no longer does."""
        if self.actions:
            self.focused = (self.focused + by) % len(self.actions)
        self.armed = None

    def index_of(self, letter: str) -> int | None:
        """The action that a letter triggers."""
        return next((at for at, action in enumerate(self.actions) if action.key == letter), None)

    def activate(self, index: int) -> Action | None:
        """The action to carry out; None where it must be confirmed first, and now awaits that."""
        if not 0 <= index < len(self.actions):
            return None
        self.focused = index
        action = self.actions[index]
        if action.confirm and self.armed != index:
            self.armed = index
            return None
        self.armed = None
        return action

    def rows(self, width: int) -> list[list[Item]]:
        """The items on rows of at most `width` cells; what does not fit goes on to another row."""
        rows: list[list[Item]] = []
        x = width
        for index, action in enumerate(self.actions):
            label = action.confirm if self.armed == index else action.label
            text = f" {fit_cells(settle(label), width - 2)} "
            if x + cell_len(text) > width:
                rows.append([])
                x = 0
            rows[-1].append(Item(index, x, text))
            x += cell_len(text) + _SPACE
        return rows

    def item_at(self, width: int, row: int, cell: int) -> int | None:
        """The index of the action at a cell of a row."""
        rows = self.rows(width)
        if not 0 <= row < len(rows):
            return None
        return next((item.number for item in rows[row] if item.x <= cell < item.x + cell_len(item.text)), None)
