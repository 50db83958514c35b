"""Wanted name: follows the name that was asked for, until it is ours and written down, or refused."""

from collections.abc import Callable
from contextlib import suppress

from chat_protocol.names import fold_name
from chat_tui.state.store import Store
from chat_tui.storage.choices import RememberError


class WantedName:
    """The name that is `wanted`, None for whatever the server gives; `keep` writes down one that was taken."""

    def __init__(self, store: Store, wanted: str | None, keep: Callable[[str], None] | None) -> None:
        self.wanted = wanted
        self._store = store
        self._kept = wanted
        self._keep = keep

    def refused(self) -> None:
        """Another one could not be had: the one that we have stays."""
        you = self._store.people.you
        self.wanted = None if you is None else you.name

    def taken(self) -> str | None:
        """The name that was asked for and is ours now, for the next connection to ask for; None for another."""
        you = self._store.people.you
        if you is None or self.wanted is None or fold_name(you.name) != fold_name(self.wanted):
            return None
        if self._keep is not None and you.name != self._kept:
            self._kept = you.name
            with suppress(RememberError):  # nothing of it is needed
                self._keep(you.name)
        return you.name
