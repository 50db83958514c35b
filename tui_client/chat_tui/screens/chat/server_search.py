"""The part of the chat screen that looks things up in the server's whole record."""

import os
from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType

from chat_tui.screens.chat.recipient import TargetingScreen


class LookingUpScreen(TargetingScreen):
    """A screen from which one finds messages that it does not show."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "find_in_record", "Find in the whole record", id="chat.record", show=False, priority=True),
    ]
    _clock: Callable[[], float]

    def action_find_in_record(self, query: str = "") -> None:
        """Ask the server; what is being looked for here already is the question."""
        from chat_tui.screens.dialogs.search_dialog import RecordDialog  # noqa: PLC0415 - not before the first frame

        if not self.is_active:
            return
        if self.search.bar is not None:
            query = query or self.search.bar.phrase
            self.end_search()
            self.set_focus(self.composer)
        prefix = f"{os.urandom(4).hex()}-"
        self.app.push_screen(RecordDialog(self.feed, self._clock, query.strip(), prefix), self._found_in_record)

    def on_search_bar_whole_record_wanted(self) -> None:
        """What is looked for here is to be looked for everywhere."""
        self.action_find_in_record()

    def _found_in_record(self, message_id: int | None) -> None:
        if message_id is not None:
            self.open_message(message_id)
