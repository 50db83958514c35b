"""Message actions: carries out what the strip, a click or a key asks of a message, each by its name."""

import re
from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from textual.app import App

from chat_protocol.commands import Delete
from chat_tui.engine.feed import Feed
from chat_tui.screens.chat import rows
from chat_tui.screens.chat.pager import Pager
from chat_tui.screens.chat.recipient import Recipient
from chat_tui.screens.chat.sending import Sender
from chat_tui.screens.chat.status import StatusLine
from chat_tui.state.store import Store
from chat_tui.wording.notices import Notice

_SECONDS = 2.0


class MessageActions:
    """The actions of `rows.actions_for`."""

    def __init__(
        self,
        app: App[None],
        store: Store,
        feed: Feed,
        pager: Pager,
        recipient: Recipient,
        sender: Sender,
        status: StatusLine,
    ) -> None:
        self._app = app
        self._store = store
        self._recipient = recipient
        self._sender = sender
        self._status = status
        self._by_name: dict[str, Callable[[int], None]] = {
            rows.REPLY.name: recipient.answer,
            rows.DELETE.name: self._delete,
            rows.DISCARD.name: feed.discard,
            rows.AGAIN.name: feed.send_again,
            rows.COPY.name: self._copy_message,
            rows.NUMBER.name: lambda key: self.copy(str(key)),
            rows.MESSAGE.name: self.write_to_author,
            rows.OPEN.name: self._open_first_link,
            rows.GO_THERE.name: recipient.go_to_view_of,
            rows.JUMP.name: pager.open_parent,
            rows.LOAD_OLDER.name: partial(pager.load_beside, older=True),
            rows.LOAD_NEWER.name: pager.load_newer,
        }

    def carry_out(self, name: str, key: int) -> None:
        """Do what an action stands for."""
        if (action := self._by_name.get(name)) is not None:
            action(key)

    def write_to_author(self, key: int) -> None:
        """What is written next is for whoever wrote this."""
        message = self._store.messages.get(key)
        if message is not None and message.from_id:
            self._recipient.set_target(message.from_id)

    def copy(self, text: str) -> None:
        """Put a text into the clipboard; the screen says what became of it."""
        self._app.copy_to_clipboard(text)

    def open(self, url: str) -> None:
        """Open an address of the web, and say which host that is."""
        if not re.match(r"(?i:https?)://", url):
            return
        try:
            host = urlsplit(url).netloc
        except ValueError:  # such as https://[x: whoever wrote it may want us to fall over it
            self._status.notice(Notice("warning", "That link isn't a valid address.", seconds=_SECONDS))
            return
        self._status.notice(Notice("info", f"Opening {host}…", seconds=_SECONDS))
        self._app.open_url(url)

    def _delete(self, key: int) -> None:
        views = self._store.views
        message = self._store.messages.get(key)
        view = None if message is None else views.of_message(message)
        room = None if view is None else views.wire_room(view)
        self._sender.delete(Delete(key, room=room), f"/delete {key}")

    def _copy_message(self, key: int) -> None:
        row = rows.row_of(self._store, key, 0.0)  # its text is the same at any time
        if row is not None:
            self.copy(row.text)

    def _open_first_link(self, key: int) -> None:
        message = self._store.messages.get(key)
        if message is not None and (url := rows.first_link(message.text)):
            self.open(url)
