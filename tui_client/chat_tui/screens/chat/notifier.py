"""Notifier: being noticed while the terminal is in the background: bell, notification, and a number in its title."""

import time
from collections.abc import Callable

from chat_protocol.events import Message
from chat_tui.state.mentions import mentions
from chat_tui.state.notifications import Kind, News, Notifications
from chat_tui.state.store import Change, Store


class Notifier:
    """Tells the terminal what comes while it is in the background; `write` takes what is for the terminal itself.

    `clock` gives seconds and only goes on. Where the terminal does not report its focus, it counts as focused.
    """

    def __init__(self, store: Store, write: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self.focused = True
        self._store = store
        self._write = write
        self._clock = clock
        self._notifications = Notifications()

    def follow(self, change: Change) -> None:
        """Tell of what has come, and forget what has gone."""
        if self.focused:
            return
        self._tell(self._notifications.gone(self._store.gone))
        if change.first:
            return  # the past of a room that was entered just now is no news
        heard, gone = self._store.people.is_heard, self._store.gone
        if news := [self._news(one) for one in self._store.arrived if one.id not in gone and heard(one)]:
            self._tell(self._notifications.came(news, self._clock()))

    def focus(self, focused: bool) -> None:  # noqa: FBT001 - a state, not a switch
        """The terminal has come into the foreground, or left it."""
        self.focused = focused
        if focused:
            self.end()

    def end(self) -> None:
        """Give the terminal its title back."""
        self._tell(self._notifications.seen())

    def _news(self, message: Message) -> News:
        you = self._store.people.you
        kind = Kind.ORDINARY
        if you is not None and message.to_id == you.id:
            kind = Kind.DIRECT
        elif you is not None and mentions(message.text, you.name):
            kind = Kind.MENTION
        return News(message.id, kind, message.from_name or f"#{message.id}")

    def _tell(self, what: str) -> None:
        if what:
            self._write(what)
