"""Sending: puts a line into the outbox, and holds back for a while what may be a mistake."""

from collections import deque

import msgspec

from chat_protocol.commands import Command, Delete, Say, TakeName
from chat_tui.engine.feed import Feed
from chat_tui.screens.chat.own_name import OwnName
from chat_tui.screens.chat.undo import Undo, deletion_words
from chat_tui.state.outbox import Pending
from chat_tui.state.store import Store

_REMEMBERED = 50
"""Lines to one person that everyone should not get by mistake."""


class Sender:
    """The last step of a line: all that are sent go through here."""

    def __init__(self, store: Store, feed: Feed, undo: Undo, own_name: OwnName) -> None:
        self._store = store
        self._feed = feed
        self._undo = undo
        self._own_name = own_name
        self._private_texts: deque[str] = deque(maxlen=_REMEMBERED)

    def send(self, command: Command, typed: str) -> Pending | None:
        """Send a line; None: too many wait to be sent."""
        match command:
            case Delete():
                return self.delete(command, typed)
            case TakeName(name=name):
                self._own_name.want(name)
            case Say(to=str()):
                self._private_texts.append(command.text)
            case Say() if command.text in self._private_texts:
                return self._undo.say(command, typed, "This goes to everyone; you first sent it to one person.")
            case _:
                pass
        return self._feed.say(command, typed)

    def delete(self, command: Delete, typed: str) -> Pending | None:
        """Delete in a few seconds, unless that is taken back; None: too much waits to be sent.

        By then another message may be the last one: the one that is now is meant. Where a line of ours is under way,
        the server alone knows which that is, and is asked at once.
        """
        if command.id is None:
            newest = next(reversed(self._store.messages), None)
            if newest is None or self._store.unsent():
                return self._feed.say(command, typed)
            command = msgspec.structs.replace(command, id=newest)
        if command.id not in self._store.messages:
            return self._feed.say(command, typed)  # whether there is such a message, the server alone knows
        return self._undo.say(command, typed, deletion_words(command))
