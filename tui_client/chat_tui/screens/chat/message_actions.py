"""What can be done with a message in the list: carried out here, whichever way it was asked for."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from textual.app import App

from chat_protocol.commands import Delete
from chat_tui.engine.feed import Feed
from chat_tui.screens.chat.rows import first_link, row_of
from chat_tui.screens.chat.status import StatusLine
from chat_tui.state.store import Store
from chat_tui.widgets.messages.message_list import MessageList
from chat_tui.wording.notices import GO_BACK, Notice

_SECONDS = 2.0
_JUMP_SECONDS = 5.0
"""Long enough for the mouse to get to the way back."""


class MessageActions:
    """The actions of the strip, by name. What is passed by name is the screen's."""

    def __init__(
        self,
        app: App[None],
        store: Store,
        feed: Feed,
        messages: MessageList,
        status: StatusLine,
        *,
        delete: Callable[[Delete, str], object],
        reply_to: Callable[[int], None],
        write_to: Callable[[str], None],
    ) -> None:
        self._app = app
        self._store = store
        self._feed = feed
        self._messages = messages
        self._status = status
        self._delete = delete
        self._reply_to = reply_to
        self._write_to = write_to

    def carry_out(self, name: str, key: int) -> None:
        """Do what an action of `screens.rows.actions_for` stands for."""
        match name:
            case "reply":
                self._reply_to(key)
            case "delete":
                self._delete(Delete(key), f"/delete {key}")
            case "discard":
                self._feed.discard(key)
            case "again":
                self._feed.send_again(key)
            case "copy":
                self._copy_message(key)
            case "number":
                self.copy(str(key))
            case "message":
                self.write_to_author(key)
            case "open":
                self._open_first_link(key)

    def write_to_author(self, key: int) -> None:
        """What is written next is for whoever wrote this."""
        message = self._store.messages.get(key)
        if message is not None and message.from_id:
            self._write_to(message.from_id)

    def copy(self, text: str) -> None:
        """Put a text into the clipboard, and say so."""
        self._app.copy_to_clipboard(text)
        self._status.done("Copied.")

    def open(self, url: str) -> None:
        """Open an address of the web, and say which host that is."""
        if not re.match(r"https?://", url):
            return
        try:
            host = urlsplit(url).netloc
        except ValueError:  # such as https://[x: whoever wrote it may want us to fall over it
            self._status.notice(Notice("warning", "That is no address.", seconds=_SECONDS))
            return
        self._status.notice(Notice("info", f"Opening {host}…", seconds=_SECONDS))
        self._app.open_url(url)

    def _copy_message(self, key: int) -> None:
        row = row_of(self._store, key, 0.0)  # its text is the same at any time
        if row is not None:
            self.copy(row.text)

    def jumped(self, key: int) -> None:
        """The list has gone to a message, if it knows that: say how to come back, or that it can't."""
        if key in self._store.messages:
            self._status.notice(Notice("info", "Backspace goes back.", GO_BACK, seconds=_JUMP_SECONDS))
        else:
            self._status.notice(Notice("info", "That message is not here any more.", seconds=_SECONDS))

    def _open_first_link(self, key: int) -> None:
        message = self._store.messages.get(key)
        if message is not None and (url := first_link(message.text)):
            self.open(url)
