"""Jumps: moves the list to a message, to the first unread one or to the newest, and back again."""

from chat_tui.screens.chat.find import Find
from chat_tui.screens.chat.status import StatusLine
from chat_tui.screens.chat.unread import UnreadMarker
from chat_tui.state.store import Store
from chat_tui.widgets.messages.message_list import MessageList
from chat_tui.wording.notices import GO_BACK, Notice

_SECONDS = 3.0
_GONE_SECONDS = 2.0
_BACK_SECONDS = 5.0
"""Long enough for the mouse to get to the way back."""


class Jumps:
    """The ways through the list that are no scrolling; a search that led elsewhere is over then."""

    def __init__(
        self, store: Store, messages: MessageList, find: Find, unread: UnreadMarker, status: StatusLine
    ) -> None:
        self._store = store
        self._messages = messages
        self._find = find
        self._unread = unread
        self._status = status

    def go_to(self, key: int, origin: int | None = None) -> None:
        """To a message, with a way back; `origin` is the one that led there."""
        self._find.close(stay=True)
        self._messages.close_pick()
        self._messages.jump(origin, key)
        self.jumped(key)

    def go_where_hidden(self, key: int) -> None:
        """To a message, unless it is on the screen."""
        if not self._messages.is_shown(key):
            self.go_to(key)

    def jumped(self, key: int) -> None:
        """The list has gone to a message, if it knows that: say how to come back, or that it can't."""
        if key in self._store.messages:
            self._status.notice(Notice("info", "Press Backspace to go back.", GO_BACK, seconds=_BACK_SECONDS))
        else:
            self._status.notice(Notice("info", "That message is no longer here.", seconds=_GONE_SECONDS))

    def go_back(self) -> None:
        """Back from the newest jump; the note about it has done its service."""
        self._status.withdraw(GO_BACK)
        self._messages.go_back()

    def to_first_unread(self) -> None:
        """To the rule above the first unread message, with a way back."""
        key = self._messages.first_unread
        if key is None:
            self._status.notice(Notice("info", "No unread messages.", seconds=_SECONDS))
            return
        self.go_to(key)

    def to_newest(self) -> None:
        """To the end of the list; who is there already has read everything above as well."""
        if self._messages.at_end:
            self._unread.pass_rule()
        self._find.close(stay=True)
        self._messages.to_end()

    def to_own_line(self) -> None:
        """Something was said here: it is the newest, and nothing above is unread."""
        self._unread.mark(None)
        self.to_newest()
