"""Switching: puts another view on the screen, in one frame and without asking the server anything.

Each view has its own draft, its own place in the list, its own reply and its own rule above what is unread.
"""

from collections.abc import Callable
from typing import NamedTuple

from chat_protocol.rooms import LOBBY, InvalidRoomError, check_room_name
from chat_tui.engine.feed import Feed
from chat_tui.screens.chat.addressing import Addressing, label_of
from chat_tui.screens.chat.autosave import DraftAutosave
from chat_tui.screens.chat.find import Find
from chat_tui.screens.chat.focus import FocusTracker
from chat_tui.screens.chat.sidebar import SidebarPresenter
from chat_tui.screens.chat.status import StatusLine
from chat_tui.state.store import Change, Store
from chat_tui.state.view import TO_YOU, View, ViewKey, person_key, room_key
from chat_tui.widgets.composer.reply_bar import ReplyBar
from chat_tui.widgets.composer.sent_history import ROOM_MARK
from chat_tui.widgets.messages.find import Reading
from chat_tui.widgets.messages.message_list import MessageList
from chat_tui.wording.notices import GO_BACK, Notice


class _Left(NamedTuple):
    """How a view was when another one was put in its place."""

    reading: Reading
    reply_to: int | None


class ViewSwitcher:
    """Goes from view to view; `changed` gets what is different then in all that is shown."""

    def __init__(  # noqa: PLR0913 - each is named where it is called
        self,
        store: Store,
        feed: Feed,
        *,
        address: Addressing,
        messages: MessageList,
        reply_bar: ReplyBar,
        drafts: DraftAutosave,
        find: Find,
        focus: FocusTracker,
        sidebar: SidebarPresenter,
        status: StatusLine,
        changed: Callable[[Change], None],
    ) -> None:
        self._store = store
        self._feed = feed
        self._address = address
        self._messages = messages
        self._reply_bar = reply_bar
        self._drafts = drafts
        self._find = find
        self._focus = focus
        self._sidebar = sidebar
        self._status = status
        self._changed = changed
        self._left: dict[ViewKey, _Left] = {}
        self._room = store.views.home.key  # the room that was shown last

    # -- to another view ------------------------------------------------------------------------------------------

    def open(self, key: ViewKey) -> None:
        """Show a view."""
        if key == self._store.views.shown.key:
            return
        self._find.close(stay=True)
        self._messages.close_pick()
        self._status.withdraw(GO_BACK)
        left = _Left(self._messages.reading, self._address.reply_to)
        before = self._store.views.shown.key
        change = self._store.switch(key)
        if not change.switched:
            return
        self._left[before] = left
        self._changed(change)
        kept = self._left.pop(key, None)
        if kept is not None and kept.reading is not None:
            self._messages.read_on(kept.reading)
        if kept is not None and kept.reply_to in self._store.messages:
            self.reply_to(kept.reply_to)
        self._focus.look()

    def open_person(self, client_id: str) -> None:
        """Show what was said to somebody privately, and write to them."""
        self.open(person_key(client_id))

    def open_room(self) -> None:
        """Back to the room that was shown last."""
        self.open(self._room if self._room in self._store.views.by_key else self._store.views.home.key)

    def open_to_you(self) -> None:
        """Show what is addressed to us."""
        self.open(TO_YOU)

    def open_unread(self, by: int) -> None:
        """To the next view with something unread (1), or the one before (-1)."""
        views = self._sidebar.unread_views()
        if views:
            self.open(views[0 if by > 0 else -1].key)
        else:
            self._status.notice(Notice("info", "Nothing unread anywhere else.", seconds=3))

    def begin(self) -> None:
        """Show the view that was on the screen at the end of an earlier run."""
        self.follow(Change())

    def follow(self, change: Change) -> None:
        """Another view is on the screen: what is written, and where it goes, are those of that view."""
        address, view = self._address, self._store.views.shown
        if view.key == address.key:
            return
        if not change.switched and view is self._store.views.home:  # the home has another name than was thought
            self._room = address.key = view.key
        if view.is_room:
            self._room = view.key
        self.reply_to(None)
        self._drafts.turn_to(self._draft_of(view))
        address.key = view.key
        address.label = label_of(self._store.views, view)
        address.rooms[address.label] = self._store.views.wire_room(view)
        self._sidebar.show_target()

    def _draft_of(self, view: View) -> str:
        """The name of its draft: that of the home is the one of a server that has no other rooms."""
        if view is self._store.views.home:
            return ""
        return view.key.name if view.key.kind == "person" else f"{ROOM_MARK}{view.key.name}"

    def reply_to(self, message_id: int | None) -> None:
        """The next line replies to a message, or to none."""
        self._address.reply_to = message_id
        if message_id is None:
            self._reply_bar.hide()
        else:
            self._reply_bar.show(message_id)

    # -- rooms ----------------------------------------------------------------------------------------------------

    def join(self, written: str) -> str:
        """Be in these rooms, and show the first; returns what is wrong, "" for nothing."""
        try:
            names = [check_room_name(word) for word in written.replace(",", " ").split()]
        except InvalidRoomError as error:
            return str(error)
        if not names:
            return "Type a room after /join, such as /join dev."
        for name in names:
            if room_key(name) not in self._store.views.by_key:
                if not self._store.joins.has_room():
                    return "You are in as many rooms as one can be. Leave one first."
                self._feed.join(name)
        self.open(room_key(names[0]))
        return ""

    def leave(self, written: str = "") -> str:
        """Be in these rooms no more, or not in the one that is shown; returns what is wrong, "" for nothing."""
        views = self._store.views
        try:
            names = [check_room_name(word) for word in written.replace(",", " ").split()]
        except InvalidRoomError as error:
            return str(error)
        keys = [room_key(name) for name in names] or [views.shown.key]
        for key in keys:
            if key == views.home.key:
                return f"You came in through {views.home.key.name}: it can't be left. Press Ctrl+Q to quit."
            if key not in views.by_key or key == TO_YOU:
                return f"You are not in {key.name or 'a room'}."
            self.close(key)
        return ""

    def close(self, key: ViewKey) -> None:
        """Leave a room, or put a conversation away."""
        self._left.pop(key, None)
        self._messages.close_pick()
        self._feed.leave(key)
        if key.kind == "room":
            self._status.done(f"left {key.name}" if key.name != LOBBY else "left the lobby")
