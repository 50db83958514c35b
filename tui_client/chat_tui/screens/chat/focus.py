"""Focus tracking: what stands at the end of the list is read while the terminal is in the foreground."""

from chat_tui.screens.chat.notifier import Notifier
from chat_tui.screens.chat.sidebar import SidebarPresenter
from chat_tui.screens.chat.timeline import TimelinePresenter
from chat_tui.screens.chat.unread import UnreadMarker
from chat_tui.widgets.messages.message_list import MessageList


class FocusTracker:
    """Knows whether somebody looks at the end of the list."""

    def __init__(
        self,
        notifier: Notifier,
        messages: MessageList,
        timeline: TimelinePresenter,
        unread: UnreadMarker,
        sidebar: SidebarPresenter,
    ) -> None:
        self._notifier = notifier
        self._messages = messages
        self._timeline = timeline
        self._unread = unread
        self._sidebar = sidebar

    def focus_changed(self, focused: bool) -> None:  # noqa: FBT001 - Textual calls it so
        """The terminal has come into the foreground, or left it."""
        self._notifier.focus(focused)
        self._unread.focused = focused
        self.look()

    def scrolled(self) -> None:
        """The newest message has come into view, or left it: at the end nothing is new any more."""
        self._timeline.keep_what_is_read()
        self._unread.show_news()
        self.look()

    def look(self) -> None:
        """What stands at the end of the list is read, if somebody looks there."""
        looking = self._notifier.focused and self._messages.at_end
        self._unread.look_at_rule()
        if looking:
            self._unread.all_seen()
            self._unread.note_read()
        self._sidebar.show_unread()
