"""Search on the server: asks for words in the whole record, and shows the message that was chosen."""

import os
from collections.abc import Callable

from chat_protocol.events import Message
from chat_tui.engine.feed import Feed
from chat_tui.screens.chat.find import Find
from chat_tui.screens.chat.pager import Pager
from chat_tui.screens.chat.status import StatusLine
from chat_tui.screens.chat.switching import ViewSwitcher
from chat_tui.widgets.composer.composer import Composer
from chat_tui.wording.notices import Notice


class ServerLookup:
    """Opens the dialog; what is being looked for in the loaded messages already is its first question."""

    def __init__(
        self,
        feed: Feed,
        clock: Callable[[], float],
        find: Find,
        pager: Pager,
        switcher: ViewSwitcher,
        composer: Composer,
        status: StatusLine,
    ) -> None:
        self._feed = feed
        self._clock = clock
        self._find = find
        self._pager = pager
        self._switcher = switcher
        self._composer = composer
        self._status = status

    def open(self, query: str = "") -> None:
        """Ask the server."""
        from chat_tui.screens.dialogs.search_dialog import SearchDialog  # noqa: PLC0415 - not before the first frame

        screen = self._composer.screen
        if not screen.is_active:
            return
        if self._find.bar is not None:
            query = query or self._find.bar.phrase
            self._find.close()
            screen.set_focus(self._composer)
        prefix = f"{os.urandom(4).hex()}-"
        screen.app.push_screen(SearchDialog(self._feed, self._clock, query.strip(), prefix), self._chosen)

    def _chosen(self, message: Message | None) -> None:
        if message is None:
            return
        views = self._feed.store.views
        view = views.of_message(message)
        if view is None:
            words = f"That message is in # {message.room}. Type /join {message.room} to see it."
            self._status.notice(Notice("info", words, seconds=6))
            return
        self._switcher.open(view.key)
        self._pager.open_message(message.id)
