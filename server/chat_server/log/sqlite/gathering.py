"""Gathering of a commit: batches what is appended, so that what comes together is written, and shown, together."""

import asyncio
from collections.abc import Callable

from chat_server.log.sqlite.commits import Append, Work

# Turns of the event loop in which nothing has come, after which a busy log is given what was gathered; an idle turn
# takes 10 us. Who hands over sooner keeps those who spoke first apart from those who spoke a turn later, for ever:
# while the lines of one half are written to the disk, those of the other are gathered. With 64 lines on their way, 30
# went into a commit, and into a write to everybody; now 62 do.
_TURNS = 3
_REST = 0.005  # seconds after an answer, from which on an item does not wait for others
_LONGEST = 0.02  # seconds; then all goes, though more comes all the time


class Gathering:
    """What waits to be handed over, in its order; `hand_over` is called with a batch.

    One commit at a time: what comes while others are unanswered waits for their answers. Nobody waits for those of
    deletions, which the writer puts off.
    """

    def __init__(self, hand_over: Callable[[list[Append | Work]], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._hand_over = hand_over
        self._items: list[Append | Work] = []
        self._deletions = 0  # among them
        self._unanswered = 0
        self._gathers = False
        self._rests_from = self._until = 0.0  # the loop's time
        self._seen = self._idle_turns = 0

    def add(self, item: Append | Work, *, deletes: bool = False) -> None:
        """Have an item handed over with others."""
        self._items.append(item)
        self._deletions += deletes
        if not self._gathers and not self._unanswered:
            self._begin()

    def answered(self, count: int) -> None:
        """So many items that were no deletions have their answers."""
        self._unanswered -= count
        self._rests_from = self._loop.time() + _REST
        if self._items and not self._gathers and not self._unanswered:
            self._begin()

    def flush(self) -> None:
        """Hand everything over now."""
        self._gathers = False
        if self._items:
            batch, self._items = self._items, []
            self._unanswered += len(batch) - self._deletions
            self._deletions = 0
            self._hand_over(batch)

    def _begin(self) -> None:
        self._gathers = True
        now = self._loop.time()
        self._until = now + _LONGEST if now < self._rests_from else 0.0
        self._seen = self._idle_turns = 0
        self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        count = len(self._items)
        self._idle_turns = 0 if count > self._seen else self._idle_turns + 1
        self._seen = count
        if self._idle_turns < _TURNS and self._loop.time() < self._until:
            self._loop.call_soon(self._turn)
        else:
            self.flush()
