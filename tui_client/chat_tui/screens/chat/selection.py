"""Selection by mouse: a drag over the messages takes messages, wherever the mouse gets to, and copies them."""

from textual.errors import NoWidget
from textual.geometry import Offset
from textual.screen import Screen
from textual.selection import SelectState
from textual.widget import Widget

from chat_tui.screens.chat.message_actions import MessageActions
from chat_tui.toolkit.text_drag import drag_under_way, newest_drag
from chat_tui.widgets.messages.message_list import MessageList


class SelectingScreen(Screen[None]):
    """A screen with messages, of which a part can be selected; `actions` copies it."""

    messages: MessageList
    actions: MessageActions
    _copied: SelectState | None = None

    def get_widget_and_offset_at(self, x: int, y: int) -> tuple[Widget | None, Offset | None]:
        """What is under the mouse; at the messages, and for a drag that began there, the nearest of their texts.

        Stock, beside the text of a row it would be the other end of that row, and on a row without text, or over the
        roster, all messages.
        """
        drag = drag_under_way(self)
        if drag is None:
            if not self._is_over_messages(x, y):
                return super().get_widget_and_offset_at(x, y)
        elif drag.start.content_widget is not self.messages:
            return super().get_widget_and_offset_at(x, y)
        region = self.messages.scrollable_content_region
        place = self.messages.place_at(x - region.x, y - region.y)
        return (None, None) if place is None else (self.messages, place)

    def _is_over_messages(self, x: int, y: int) -> bool:
        try:
            return self.get_widget_at(x, y)[0] is self.messages
        except NoWidget:
            return False

    def on_text_selected(self) -> None:
        """A button was let go: what a drag has selected just now is copied at once."""
        drag = newest_drag(self)
        if drag is not None and drag.end is not None and drag is not self._copied:
            self._copied = drag
            if text := self.get_selected_text():
                self.actions.copy(text)
