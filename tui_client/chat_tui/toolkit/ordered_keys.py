"""Ordered key dispatch: carries keys out in the order in which they were typed.

Textual hands each key to the focused widget's queue and goes on to the next. A key that the widget leaves to a binding
travels up to the app's own queue, behind all keys that have come meanwhile. Typed ahead over a slow line, "hello",
Enter, "bye" would send "hellobye"; Ctrl+O, "bob", Enter, "hi", Enter could send "hi" to everyone. So one key, and all
that it sets off, is done before the next begins. A paste is such a key.

A character that is typed while nothing is under way needs none of these queues.
"""

import asyncio
from contextlib import suppress
from time import monotonic
from typing import ClassVar

from textual import events
from textual.app import App, ReturnType
from textual.dom import DOMNode
from textual.message import Message

from chat_tui.toolkit.direct_typing import type_at_once

_ROUNDS = 4
_SHOWING = 0.006
"""Seconds after a key in which what it has changed comes to the screen."""


class OrderedKeysApp(App[ReturnType]):
    """An app in which no key overtakes another."""

    KEY_PATIENCE: ClassVar[float] = 0.5
    """Seconds; a handler that waits for something else must not hold up the keyboard."""

    _left_over: events.Key | None = None
    """The last key that no widget wanted for itself."""
    key_in_hand = False
    """Is a key being seen to, which nothing that can wait should hold up?"""
    _key_done = 0.0

    @property
    def key_is_new(self) -> bool:
        """Is what a key has changed still to be seen on the screen?"""
        return self.key_in_hand or monotonic() < self._key_done + _SHOWING

    def post_message(self, message: Message) -> bool:
        """Type a character at once; know of any other key before its turn, and catch it on its way up."""
        if isinstance(message, events.Key):
            if message.is_forwarded:
                self._left_over = message
                return True
            if not self.key_in_hand and type_at_once(self, message):
                self._key_done = monotonic()
                return True
            self.key_in_hand = True
        return super().post_message(message)

    async def on_event(self, event: events.Event) -> None:
        """See to one key or paste from beginning to end; everything else goes Textual's way."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        self.key_in_hand = True
        try:
            await super().on_event(event)
            with suppress(TimeoutError):
                async with asyncio.timeout(self.KEY_PATIENCE):
                    await self._finish(event)
        finally:
            self.key_in_hand = False
            self._key_done = monotonic()

    async def _finish(self, key: events.Key | events.Paste) -> None:
        """Wait for the widgets; run the binding that none of them stood in the way of; wait for what it does."""
        if key.is_forwarded:
            for node in self._from_focus_to_screen():
                await _settle(node)
                if key._stop_propagation:
                    break
            if isinstance(key, events.Key) and key is self._left_over:
                await self._check_bindings(key.key)
        for _ in range(_ROUNDS):
            before = self.screen, self.focused
            for node in self._from_focus_to_screen():
                await _settle(node)
            if before == (self.screen, self.focused):
                return

    def _from_focus_to_screen(self) -> list[DOMNode]:
        """The focused widget and what it is in, up to its screen."""
        return [node for node in (self.focused or self.screen).ancestors_with_self if node is not self]


async def _settle(node: DOMNode) -> None:
    """Wait until everything that is queued for a node is done."""
    done = asyncio.Event()
    # What call_later does, which wraps the function anew each time and then looks for its parameters.
    if node.post_message(events.Callback(callback=done.set)):
        await done.wait()
