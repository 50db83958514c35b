"""The part of the chat screen that selects: a drag over the messages takes messages, wherever the mouse gets to."""

from textual.geometry import Offset
from textual.screen import Screen
from textual.selection import SelectState
from textual.widget import Widget

from chat_tui.screens.message_actions import MessageActions
from chat_tui.widgets.message_list import MessageList


class SelectingScreen(Screen[None]):
    """A screen with messages, of which a part can be selected."""

    messages: MessageList
    actions: MessageActions
    _copied: SelectState | None = None

    def get_widget_and_offset_at(self, x: int, y: int) -> tuple[Widget | None, Offset | None]:
        """What is under the mouse; for a drag that began at the messages, the nearest of their texts.

        Stock, beside the text of a message, or over the roster, it would take all messages down to the last.
        """
        state = self._select_state if self._selecting else None
        if state is None or self.messages not in (state.start.content_widget, state.start.container):
            return super().get_widget_and_offset_at(x, y)
        region = self.messages.scrollable_content_region
        x, y = min(max(x, region.x), region.right - 1), min(max(y, region.y), region.bottom - 1)
        widget, offset = super().get_widget_and_offset_at(x, y)
        if offset is None and state.start.content_offset is not None:
            offset = self.messages.text_near(y - region.y, state.start.content_offset)
        return (widget, None) if offset is None else (self.messages, offset)

    def on_text_selected(self) -> None:
        """A button was let go: what a drag has selected just now is copied at once."""
        drag = self._select_state
        if drag is not None and drag.end is not None and drag is not self._copied:
            self._copied = drag
            if text := self.get_selected_text():
                self.actions.copy(text)
