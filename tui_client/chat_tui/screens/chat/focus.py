"""Focus tracking: what stands at the end of the list is read while the terminal is in the foreground."""

from chat_tui.screens.chat.notifier import Notifier
from chat_tui.screens.chat.people import RosterPresenter
from chat_tui.screens.chat.timeline import TimelinePresenter
from chat_tui.screens.chat.unread import UnreadMarker
from chat_tui.state.store import Store
from chat_tui.widgets.messages.message_list import MessageList


class FocusTracker:
    """Knows whether somebody looks at the end of the list, and whose direct messages are read there."""

    def __init__(
        self,
        store: Store,
        notifier: Notifier,
        messages: MessageList,
        timeline: TimelinePresenter,
        unread: UnreadMarker,
        people: RosterPresenter,
    ) -> None:
        self._store = store
        self._notifier = notifier
        self._messages = messages
        self._timeline = timeline
        self._unread = unread
        self._people = people
        self._conversation = ""  # the client whose direct messages are read

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

    def read_from(self, client_id: str) -> None:
        """From now on one person's direct messages are read at the end of the list; "" for nobody's."""
        self._conversation = client_id
        self.look()

    def look(self) -> None:
        """What stands at the end of the list is read, if somebody looks there."""
        looking = self._notifier.focused and self._messages.at_end
        self._unread.look_at_rule()
        if looking:
            self._unread.all_seen()
            self._unread.note_read()
        self.show_unread()
        self._store.unread.attending = self._conversation if looking else ""
        if self._store.unread.attending and self._store.read(self._conversation).roster:
            self._people.show()

    def show_unread(self) -> None:
        """Say how many messages to everyone were not seen."""
        self._people.show_unread(self._unread.unseen_by_everyone)
