"""The bottom row: says what keys do where they go now."""

from collections.abc import Callable

from textual.dom import DOMNode
from textual.screen import Screen

from chat_tui.screens.chat.parts import ChatParts
from chat_tui.screens.key_table import KeyTable, Place
from chat_tui.widgets.bars.keys import KeyBar


class BottomRow:
    """Keeps the `bar` true to where the focus is; `table` gives the keys of the screen and of some more classes."""

    def __init__(self, screen: Screen[None], parts: ChatParts, table: Callable[..., KeyTable]) -> None:
        self._screen = screen
        self._parts = parts
        self._table = table
        self._keys_of: Place = "writing"
        self.bar = KeyBar(table().bar(), table().edge(), id="keys")

    def show(self) -> None:
        """Show the keys of where the focus is."""
        place = self._place
        if place != self._keys_of:
            self._keys_of = place
            self.bar.show(self._table(*self._more(place)).bar(place))

    def _more(self, place: Place) -> list[type[DOMNode]]:
        if place != "finding":
            return []
        from chat_tui.widgets.bars.find import SearchBar  # noqa: PLC0415 - it is there by now

        return [SearchBar]

    @property
    def _place(self) -> Place:
        focused, parts = self._screen.focused, self._parts
        if focused is parts.sidebar:
            return "people"
        if focused is parts.messages and parts.messages.picked is not None:
            return "picked"
        if parts.find.bar is None or focused is parts.composer:
            return "writing"
        return "reading finds" if focused is parts.messages else "finding"
