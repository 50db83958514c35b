"""Joining a room, as a state machine: idle, probing whether somebody answers, going. Pure: keys bring their time."""

from typing import Literal

_ENTERS = ("enter", "ctrl+j")
"""What the key may be for a terminal that is not ours yet."""


class Joining:
    """How far a choice has come; one at a time, and none once we are on our way.

    Where nobody answered, choosing that room a second time goes there all the same. `typed_ahead` is what was typed
    after the choice: it is for the room.
    """

    def __init__(self) -> None:
        self.state: Literal["idle", "probing", "going"] = "idle"
        self.typed_ahead = ""
        self._unanswered = ""

    @property
    def under_way(self) -> bool:
        """Has a room been chosen?"""
        return self.state != "idle"

    @property
    def warned(self) -> bool:
        """Was it said of a room just now that nobody answers there?"""
        return bool(self._unanswered)

    def choose(self, url: str, *, unprobed: bool = False) -> Literal["probe", "go", "ignore"]:
        """What to do about a room that was chosen; `unprobed`: it is of no use to ask there."""
        if self.state == "going":
            return "ignore"
        if unprobed or url == self._unanswered:
            self.go()
            return "go"
        self._unanswered = ""
        self.state = "probing"
        return "probe"

    def go(self) -> None:
        """Somebody answers, or a room is started: nothing else is chosen any more."""
        self.state = "going"

    def no_answer(self, url: str) -> None:
        """Nobody answers there."""
        self.state = "idle"
        self._unanswered = url

    def forget_answer(self) -> None:
        """Something else is looked at: what was said of a room is over."""
        self._unanswered = ""

    def stop(self) -> None:
        """Don't wait for the answer any more."""
        if self.state == "probing":
            self.state = "idle"

    def stay(self) -> None:
        """It did not come about, whatever it was; what was typed for the room is forgotten."""
        self.state = "idle"
        self.typed_ahead = ""


class EarlyKeys:
    """Keys that were pressed before there was anything to see: they accept nothing."""

    def __init__(self) -> None:
        self.entered = False
        """Was Enter among them?"""
        self._stands_since: float | None = None

    @property
    def over(self) -> bool:
        """Can it be seen by now what a key is for?"""
        return self._stands_since is not None

    def stand(self, now: float) -> None:
        """From now on whoever presses a key sees what it is for."""
        self._stands_since = now

    def has(self, key: str, pressed: float) -> bool:
        """Was this key, which is `pressed` at that time, too early? If so, Enter is remembered."""
        early = self._stands_since is None or pressed < self._stands_since
        if early and key in _ENTERS:
            self.entered = True
        return early

    def is_enter(self, key: str) -> bool:
        """Is it the key that accepts?"""
        return key in _ENTERS
