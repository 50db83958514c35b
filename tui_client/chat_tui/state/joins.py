"""Joins: the rooms besides the home that we want to be in, and what the server was asked about them. Pure.

A connection knows nothing of the one before: after each `init` all of them are joined anew, each from its place on.
"""

from collections.abc import Callable, Iterator
from typing import Literal

from chat_protocol.commands import MOST_ROOMS, Join, Leave, RoomPlace, format_command
from chat_protocol.events import Refusal


class Joins:
    """What is wanted, and how far that is; the tokens begin with `token_prefix`, which nobody else may have."""

    def __init__(self, token_prefix: str) -> None:
        self._prefix = token_prefix
        self._asked = 0
        self._ready = False
        self._states: dict[str, Literal["wanted", "alone", "asked", "joined"]] = {}
        self._leaving: list[str] = []
        self._questions: dict[str, list[str]] = {}  # token -> the rooms that were asked for with it

    @property
    def rooms(self) -> list[str]:
        """The rooms that we want to be in, in the order in which they were asked for."""
        return list(self._states)

    def has_room(self) -> bool:
        """May one more be joined?"""
        return len(self._states) < MOST_ROOMS - 1

    def want(self, room: str) -> None:
        """Be in a room, from now on and at every connection."""
        self._states.setdefault(room, "wanted")
        if room in self._leaving:
            self._leaving.remove(room)

    def leave(self, room: str) -> None:
        """Be in it no more."""
        if self._states.pop(room, "wanted") in ("asked", "joined") and self._ready:
            self._leaving.append(room)

    def disowned(self, room: str) -> None:
        """The server has taken us out of it."""
        self._states.pop(room, None)

    # -- the connection -----------------------------------------------------------------------------------------

    def connected(self, *, answers: bool) -> None:
        """There is a new connection; does whoever is there know rooms?"""
        self.disconnected()
        self._ready = answers

    def disconnected(self) -> None:
        """Nothing is joined any more."""
        self._ready = False
        self._leaving.clear()
        self._questions.clear()
        for room in self._states:
            self._states[room] = "wanted"

    def to_send(self, place: Callable[[str], int | None]) -> Iterator[str]:
        """The lines to hand over now; one counts as sent when the next is asked for. `place` is how far a room is."""
        if not self._ready:
            return
        while self._leaving:
            yield format_command(Leave(tuple(self._leaving)))
            self._leaving.clear()
        for rooms in self._unasked():
            token = f"{self._prefix}j{self._asked + 1}"
            yield format_command(Join(tuple(RoomPlace(room, place(room)) for room in rooms), token))
            self._asked += 1
            self._questions[token] = rooms
            self._states.update(dict.fromkeys(rooms, "asked"))

    def _unasked(self) -> list[list[str]]:
        together = [room for room, state in self._states.items() if state == "wanted"]
        return [
            *([together] if together else []),
            *([room] for room, state in self._states.items() if state == "alone"),
        ]

    # -- answers ------------------------------------------------------------------------------------------------

    def joined(self, room: str) -> bool:
        """The server says what is in a room; is it one that we want to be in?"""
        if room not in self._states:
            return False
        self._states[room] = "joined"
        return True

    def refused(self, refusal: Refusal) -> list[str] | None:
        """Was it this that was refused? Then the rooms that can't be joined, which may be asked for one by one."""
        rooms = self._questions.pop(refusal.txn or "", None)
        if rooms is None:
            return None
        left = [room for room in rooms if self._states.get(room) == "asked"]
        if refusal.code == "unknown_command" or len(left) == 1:
            for room in left:
                del self._states[room]
            return left
        self._states.update(dict.fromkeys(left, "alone"))
        return []
