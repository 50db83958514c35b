"""A client without its screen: store, connection and feed as the program has them, and what a screen would be told."""

import asyncio
import time
from itertools import repeat

from chat_tui.connection.client import Connection
from chat_tui.engine.feed import Feed
from chat_tui.state.store import Store
from chatting import PATIENCE


class FeedHost:
    """Connects to `url`; `delay` is the wait before each new try, in seconds, `identity` a name and a secret."""

    def __init__(self, url, delay, **identity):
        self.told = []
        self.clock = time.time
        self.busy = lambda: False
        self.store = Store("t-")
        self.feed = Feed(
            self.store,
            lambda notify: Connection(
                url, notify=notify, resume=lambda: self.store.resume_point, delays=lambda: repeat(delay), **identity
            ),
            self.told.append,
            self.told.append,
            lambda: self.clock(),  # noqa: PLW0108 - another one may be set
            lambda: self.busy(),  # noqa: PLW0108 - as above
        )

    def say(self, command):
        """As from the composer."""
        return self.feed.say(command, "typed")

    @property
    def texts(self):
        """What the screen would show, in its order."""
        return [self._messages[number].text for number in self.numbers]

    @property
    def numbers(self):
        """The ids of them all, in order: those said privately too, which are elsewhere."""
        return sorted(self._messages)

    @property
    def _messages(self):
        held = (message for view in self.store.views for message in view.history.messages.values())
        return {message.id: message for message in held if message.text}

    def number_of(self, words):
        """The id of the message with these words."""
        return next(message.id for message in self.store.messages.values() if words in message.text)

    async def until(self, holds):
        """Wait for a state that comes."""
        async with asyncio.timeout(PATIENCE):
            while not holds():  # noqa: ASYNC110 - the store has no event to wait for
                await asyncio.sleep(0.002)
