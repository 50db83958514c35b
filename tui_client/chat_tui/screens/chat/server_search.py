"""Search on the server: asks for words in the whole record, and shows the message that was chosen."""

import os
from collections.abc import Callable

from chat_tui.engine.feed import Feed
from chat_tui.screens.chat.find import Find
from chat_tui.screens.chat.pager import Pager
from chat_tui.widgets.composer.composer import Composer


class ServerLookup:
    """Opens the dialog; what is being looked for in the loaded messages already is its first question."""

    def __init__(self, feed: Feed, clock: Callable[[], float], find: Find, pager: Pager, composer: Composer) -> None:
        self._feed = feed
        self._clock = clock
        self._find = find
        self._pager = pager
        self._composer = composer

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

    def _chosen(self, message_id: int | None) -> None:
        if message_id is not None:
            self._pager.open_message(message_id)
