"""Sidebar presenter: shows rooms, conversations and who is here, whom the next line is for, and what is unread."""

from collections.abc import Iterator

from textual.screen import Screen

from chat_protocol.rooms import LOBBY
from chat_tui.screens.chat.addressing import Addressing
from chat_tui.state.store import Change, Store
from chat_tui.state.view import TO_YOU, View, format_key, person_key
from chat_tui.widgets.bars.header import HeaderBar
from chat_tui.widgets.composer.composer import Composer
from chat_tui.widgets.lists.person import Person, in_order
from chat_tui.widgets.lists.sidebar import AWAY, HERE, Entry, Sidebar

JOIN = "+"
"""The id of the entry that asks for a room to join."""
_CONVERSATIONS = 12
"""So many of those in which nothing is unread are listed; all others are in the switcher."""


class SidebarPresenter:
    """Keeps the sidebar, the header's counts and the composer's names true to the store."""

    def __init__(
        self, store: Store, address: Addressing, sidebar: Sidebar, composer: Composer, header: HeaderBar
    ) -> None:
        self._store = store
        self._address = address
        self._sidebar = sidebar
        self._composer = composer
        self._header = header
        self._here: list[Entry] = []
        self._told = (0, 0)
        self.people: list[Person] = []
        """All who are here."""

    def follow(self, change: Change) -> None:
        """Show what there is, where that may be something else than before."""
        if change.roster or change.you_changed or change.reset or change.missed is not None:
            self.show()
        elif change.views:
            self.show_views()
        else:
            self.show_unread()

    def show(self) -> None:
        """Show everything."""
        store = self._store
        you = store.people.you.id if store.people.you else ""
        clients, muted = store.people.clients, store.people.muted
        unread = {view.key.name: view.unread.count for view in store.views.people}
        self.people = [Person(who, name, unread.get(who, 0), who == you, who in muted) for who, name in clients.items()]
        yourself = [person for person in self.people if person.you]
        others = in_order([person for person in self.people if not person.you])
        self._here = [
            Entry(
                one.name, format_key(person_key(one.id)), HERE, quiet=one.muted, mutes=not one.you,
                state=" (you)" if one.you else " (muted)" if one.muted else "",
            )
            for one in (*yourself, *others)
        ]  # fmt: skip
        partners = {view.key.name: store.people.name_of(view.key.name) for view in store.views.people}
        self._composer.names = [name for who, name in (partners | clients).items() if who != you]
        quiet, heard = store.people.names_by_muting()
        self._composer.names_for = {"/mute": heard, "/unmute": quiet}
        self._header.here = store.people.count or None
        self._composer.max_length = int(store.limits.get("text") or 4096)
        self.show_views()
        self.show_target()

    def show_views(self) -> None:
        """Show rooms and conversations, and what of them is unread; the people stay as they were."""
        unread = self._store.unread
        self._told = unread.count, unread.to_you
        count = self._store.people.count
        rule = Entry(f"here {count}" if count else "", rule=True)
        self._sidebar.set_entries([*self._views(), rule, *self._here])
        self._header.elsewhere = self._elsewhere()

    def show_unread(self) -> None:
        """Show what is unread in the view on the screen, where that is another number."""
        unread = self._store.unread
        if (unread.count, unread.to_you) != self._told:
            self.show_views()

    def _views(self) -> Iterator[Entry]:
        views = self._store.views
        yield Entry("Rooms")
        for view in views.rooms:
            yield _entry(view, view.key.name, "#", closes=view is not views.home)
        yield Entry("join a room", JOIN, "+", quiet=True)
        to_you = sum(view.unread.to_you for view in views)
        yield Entry("To you", format_key(TO_YOU), unread=to_you, quiet=not to_you)
        for view in self.conversations():
            here = self._store.people.is_here(view.key.name)
            yield _entry(view, self._store.people.name_of(view.key.name), HERE if here else AWAY, closes=True)

    def conversations(self) -> list[View]:
        """Those that are listed: what is unread first, then the newest."""
        views = self._store.views

        def newest(view: View) -> tuple[bool, int]:
            return view.unread.count > 0, next(reversed(view.history.messages), 0)

        found = sorted(views.people, key=newest)
        found.reverse()
        return [one for at, one in enumerate(found) if at < _CONVERSATIONS or one.unread.count or one is views.shown]

    # -- to whom, and where ---------------------------------------------------------------------------------------

    def show_target(self) -> None:
        """Say everywhere to whom is written, and what is on the screen."""
        address, view = self._address, self._store.views.shown
        name = self._store.people.name_of(address.target) if address.target else ""
        address.names[name] = address.target
        self._composer.target = self._header.target = name
        self._composer.room = address.label
        self._sidebar.open = format_key(address.key)
        room = self._store.people.room
        self._header.room = "To you" if address.key == TO_YOU else room if room == LOBBY else f"# {room}"
        self._header.topic = view.topic
        self._header.sends = address.key != TO_YOU

    # -- what is unread elsewhere ---------------------------------------------------------------------------------

    def unread_views(self) -> list[View]:
        """The views with something unread, in the order of the sidebar, from the one on the screen on."""
        views = self._store.views
        listed = [*views.rooms, *self.conversations()]
        at = listed.index(views.shown) if views.shown in listed else -1
        return [view for view in (*listed[at + 1 :], *listed[: max(at, 0)]) if view.unread.count]

    def _elsewhere(self) -> str:
        """The next of them in words, "" for none."""
        for view in self.unread_views():
            name = view.key.name if view.is_room else self._store.people.name_of(view.key.name)
            return f"{name} {view.unread.count}"
        return ""

    def places(self) -> list[Entry]:
        """All that one can go to, what is unread first, then in the order of the sidebar."""
        listed = [entry for entry in self._views() if entry.id and entry.id != JOIN]
        known = {entry.id for entry in listed}
        people = [entry for entry in self._here if entry.id not in known and entry.mutes]
        return sorted([*listed, *people], key=lambda entry: not entry.unread)

    @property
    def screen(self) -> Screen[object]:
        """The screen that it is on."""
        return self._sidebar.screen

    # -- the way there and back -----------------------------------------------------------------------------------

    def toggle(self) -> None:
        """Show what there is, and go there; or come back."""
        screen = self._sidebar.screen
        if screen.focused is self._sidebar or self._sidebar.has_class("-over", "-shown"):
            self.leave()
        else:
            self._sidebar.add_class("-shown")
            screen.set_focus(self._sidebar)

    def leave(self) -> None:
        """Back to the composer."""
        self._sidebar.remove_class("-shown")
        self._sidebar.screen.set_focus(self._composer)


def _entry(view: View, name: str, mark: str, *, closes: bool) -> Entry:
    unread = view.unread
    to_you = unread.to_you if view.is_room else 0
    return Entry(
        name, format_key(view.key), mark, unread.count, to_you, closes=closes, mutes=not view.is_room,
        quiet=mark == AWAY and not unread.count,
    )  # fmt: skip
