"""Keeping: writes down what is chosen inside the program, for the next run."""

from collections.abc import Callable
from contextlib import suppress

from chat_tui.storage.choices import RememberError


class Keeping:
    """What becomes of choices: each function may raise RememberError, and None is for what is not to be kept.

    `theme` and `density` get the name of one that was picked, `room` the URL of a room that has greeted us, `name` a
    name that was typed at the start, and `name_at` a room's URL and the name that was taken there.
    """

    def __init__(
        self,
        *,
        theme: Callable[[str], None] | None = None,
        density: Callable[[str], None] | None = None,
        room: Callable[[str], None] | None = None,
        name: Callable[[str], None] | None = None,
        name_at: Callable[[str, str], None] | None = None,
    ) -> None:
        self.theme = theme
        self.density = density
        self._room = room
        self._name = name
        self._name_at = name_at

    def keep_room(self, url: str) -> None:
        """This is a room to come back to. What can't be written down is not needed."""
        if self._room is not None:
            with suppress(RememberError):
                self._room(url)

    def forget_room(self) -> None:
        """This is no room to come back to: it will not be there the next time."""
        self._room = None

    def keep_name(self, name: str) -> None:
        """This is who we are from now on."""
        if self._name is not None:
            with suppress(RememberError):
                self._name(name)

    def keep_name_at(self, url: str, name: str) -> None:
        """This is who we are in that room."""
        if self._name_at is not None:
            with suppress(RememberError):
                self._name_at(url, name)
