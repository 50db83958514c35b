"""The part of the chat screen that leads to the first unread message, and back."""

from typing import ClassVar

from textual.actions import SkipAction
from textual.binding import Binding, BindingType

from chat_tui.screens.chat.find_keys import FindingScreen
from chat_tui.screens.chat.status import StatusLine
from chat_tui.screens.chat.timeline import TimelinePresenter
from chat_tui.widgets.bars.banner import Banner
from chat_tui.wording.notices import GO_BACK, Notice

_SECONDS = 3.0


class UnreadScreen(FindingScreen):
    """A screen whose list has a rule above the first unread message."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("home", "first_unread", "First unread message", id="chat.first-unread", show=False, priority=True),
    ]
    timeline: TimelinePresenter
    status: StatusLine
    banner: Banner

    def attend(self) -> None:
        """Somebody looks, or looks elsewhere."""
        raise NotImplementedError

    def action_first_unread(self) -> None:
        """To the first unread message; while something is being written, Home is the composer's."""
        if self.focused is not self.composer or self.composer.text:
            raise SkipAction
        self.to_first_unread()

    def to_first_unread(self) -> None:
        """To the rule above the first unread message, with a way back."""
        key = self.messages.first_unread
        if key is None:
            self.status.notice(Notice("info", "Nothing is unread.", seconds=_SECONDS))
            return
        self.go_to(key)

    def go_to(self, key: int, origin: int | None = None) -> None:
        """To a message, with a way back; `origin` is the one that led there."""
        self.search.close(stay=True)
        self.messages.close_pick()
        self.messages.jump(origin, key)
        self.actions.jumped(key)

    def go_back(self) -> None:
        """Back from the newest jump; the note about it has done its service."""
        if self.banner.action == GO_BACK:
            self.banner.hide()
        self.messages.go_back()

    def to_newest(self) -> None:
        """To the end of the list; who is there already has read everything above as well."""
        if self.messages.at_end:
            self.timeline.pass_rule()
        super().to_newest()

    def on_header_bar_first_unread_requested(self) -> None:
        """A click on the words in the header."""
        self.to_first_unread()

    def on_message_list_unread_moved(self) -> None:
        """The rule has come into view, or left it."""
        self.attend()
