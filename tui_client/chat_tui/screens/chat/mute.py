"""Muting: the messages of somebody who is muted are folded, and never counted or noticed."""

from collections.abc import Callable

from textual.app import App

from chat_tui.screens.chat.find import Find
from chat_tui.screens.chat.status import StatusLine
from chat_tui.state.store import Change, Store
from chat_tui.widgets.lists.person import Person
from chat_tui.wording.notices import Notice

_SECONDS = 5.0


class Muting:
    """Mutes people, and ends it; `changed` gets what is different then in all that is shown."""

    def __init__(self, store: Store, changed: Callable[[Change], None], find: Find, status: StatusLine) -> None:
        self._store = store
        self._changed = changed
        self._find = find
        self._status = status

    def mute(self, client_id: str, *, muted: bool) -> None:
        """Listen to somebody no more, or again."""
        store = self._store
        if store.people.you is not None and client_id == store.people.you.id:
            self._status.notice(Notice("info", "That's you.", seconds=_SECONDS))
            return
        self._changed(store.mute(client_id, muted=muted))
        self._find.again()
        name = store.people.name_of(client_id)
        words = f"{name} is muted. To undo, type /unmute {name}." if muted else f"{name} is no longer muted."
        self._status.notice(Notice("info", words, seconds=_SECONDS))

    def mute_by_name(self, name: str, *, muted: bool) -> str:
        """The same as it was typed; returns what is wrong, "" for nothing."""
        wanted = name.strip().removeprefix("@")
        if not wanted:
            return "Type a name after /mute." if muted else "Type a name after /unmute."
        client_id = self._store.people.bearer(wanted)
        if client_id is None:
            return f"Nobody here is called {wanted}."
        self.mute(client_id, muted=muted)
        return ""

    def toggle(self, client_id: str | None) -> None:
        """The other way round than it is; None is nobody."""
        if client_id:
            self.mute(client_id, muted=client_id not in self._store.people.muted)

    def pick(self, app: App[None]) -> None:
        """Ask whom to mute, or to listen to again."""
        from chat_tui.screens.dialogs.people_picker import PeoplePicker  # noqa: PLC0415 - seldom asked for

        you = self._store.people.you.id if self._store.people.you else ""
        muted = self._store.people.muted
        others = [
            Person(who, name, muted=who in muted) for who, name in self._store.people.clients.items() if who != you
        ]
        app.push_screen(PeoplePicker(others, title="Mute or unmute", everyone=False), self.toggle)
