"""Going elsewhere: carries out what the sidebar and the switcher were asked for, by the ids of their entries."""

from textual.app import App

from chat_tui.engine.feed import Feed
from chat_tui.screens.chat.recipient import Recipient
from chat_tui.screens.chat.sidebar import JOIN, SidebarPresenter
from chat_tui.screens.chat.status import StatusLine
from chat_tui.screens.chat.switching import ViewSwitcher
from chat_tui.state.store import Store
from chat_tui.state.view import format_key, parse_key
from chat_tui.wording.notices import Notice


class Going:
    """The ways to another view by choosing it from a list."""

    def __init__(
        self,
        app: App[None],
        store: Store,
        feed: Feed,
        switcher: ViewSwitcher,
        recipient: Recipient,
        sidebar: SidebarPresenter,
        status: StatusLine,
    ) -> None:
        self._app = app
        self._store = store
        self._feed = feed
        self._switcher = switcher
        self._recipient = recipient
        self._sidebar = sidebar
        self._status = status

    def go(self, word: str) -> None:
        """To what an entry stands for."""
        if word == JOIN:
            self.open()
        elif (key := parse_key(word)) is None:
            return
        elif key.kind == "person":
            self._recipient.set_target(key.name)
        elif key.kind == "room" and key not in self._store.views.by_key:
            self._say(self._switcher.join(key.name))
        else:
            self._switcher.open(key)

    def close(self, word: str) -> None:
        """Leave a room, or put a conversation away."""
        if (key := parse_key(word)) is not None:
            self._switcher.close(key)

    def open(self, beginning: str = "") -> None:
        """Ask where to go: to a room, a person, or to what is for us."""
        from chat_tui.screens.dialogs.switcher import Switcher  # noqa: PLC0415 - not before the first frame

        screen = self._sidebar.screen
        if screen.is_active:
            there = format_key(self._store.views.shown.key)
            self._app.push_screen(Switcher(self._feed, self._sidebar.places(), there, beginning), self._chosen)

    def _chosen(self, word: str | None) -> None:
        if word is not None:
            self.go(word)

    def leave_room(self) -> None:
        """Leave the room that is on the screen."""
        self._say(self._switcher.leave())

    def _say(self, wrong: str) -> None:
        if wrong:
            self._status.notice(Notice("info", wrong, seconds=4))
