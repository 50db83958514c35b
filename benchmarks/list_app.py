"""The message list alone, in an app with a text field: `list_app.py MESSAGES`. The newest page comes first.

The terminal is read, laid out for and written to as by the client.
Older messages are put before it in slices, as a history that comes from elsewhere would be; the field says "loaded"
when all are there.
"""

import asyncio
import gc
import sys
import time
from typing import ClassVar

from lines import Line, line
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Input

from chat_tui.toolkit.input.choice import terminal_driver
from chat_tui.toolkit.ordered_keys import OrderedKeysApp
from chat_tui.toolkit.quick_resize import resize_at_once
from chat_tui.toolkit.steady_rows import draw_steadily
from chat_tui.widgets.messages.message_list import MessageList
from chat_tui.widgets.messages.row import Row

_FIRST = 200
_CHUNK = 4096


class ListApp(OrderedKeysApp[None]):
    """`count` messages; key n is line n."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("pageup", "page_up", priority=True)]
    CSS = "Input { height: 1; border: none; } MessageList { height: 1fr; }"

    def __init__(self, count: int) -> None:
        super().__init__(driver_class=terminal_driver())
        self._count = count
        self._list = MessageList(self._row, lambda _: (), time.time, id="messages")

    def get_default_screen(self) -> Screen[None]:
        """One that is drawn as the client's are."""
        screen: Screen[None] = super().get_default_screen()
        draw_steadily(screen)
        return screen

    def on_resize(self, event: Resize) -> None:
        """The terminal has another size."""
        resize_at_once(self, event)

    def compose(self) -> ComposeResult:
        """The list above the field."""
        yield self._list
        yield Input(placeholder="ready", id="field")

    def on_mount(self) -> None:
        """Show the newest page; then fetch the others."""
        field = self.query_one("#field", Input)
        field.cursor_blink = False  # it would be taken for a repaint
        field.focus()
        self._list.reset(_size(key) for key in range(max(1, self._count - _FIRST), self._count + 1))
        self.run_worker(self._load())
        self.call_after_refresh(gc.freeze)

    async def _load(self) -> None:
        newest = max(1, self._count - _FIRST)
        while newest > 1:
            oldest = max(1, newest - _CHUNK)
            self._list.insert(_size(key) for key in range(oldest, newest))
            newest = oldest
            await asyncio.sleep(0.001)
        self.query_one("#field", Input).placeholder = "loaded"

    def action_page_up(self) -> None:
        """Leaf back."""
        self._list.action_page_up()

    def _row(self, key: int) -> Row:
        said: Line = line(key)
        return Row(key, said.author, said.author, said.text, "10:02")


def _size(key: int) -> tuple[int, int, bool]:
    return key, len(line(key).text), False


if __name__ == "__main__":
    ListApp(int(sys.argv[1])).run()
