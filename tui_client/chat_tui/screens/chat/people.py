"""The part of the chat screen that shows who is here, and knows who we are."""

from itertools import count
from typing import ClassVar

from textual.binding import Binding, BindingType

from chat_protocol.names import fold_name
from chat_tui.screens.chat.message_area import ReadingScreen
from chat_tui.widgets.lists.roster import Person, Roster
from chat_tui.wording.notices import Notice


class PresenceScreen(ReadingScreen):
    """A screen with a roster."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+b", "people", "People", id="chat.people", priority=True),
    ]
    _you_are: str | None = None

    def show_people(self) -> None:
        """Show who is here, and what of theirs is unread."""
        store = self.store
        you = store.you.id if store.you else ""
        unread = store.unread
        self.people = [
            Person(who, name, unread.get(who, 0), who == you, who in store.muted) for who, name in store.clients.items()
        ]
        self.roster.set_people(self.people)
        self.composer.names = [name for id, name in store.clients.items() if id != you]  # noqa: A001
        self.header.here = len(store.clients) or None
        self.composer.max_length = int(store.limits.get("text", 4096))
        if target := self.address.target:
            self.show_target(target, store.name_of(target))

    def learn_name(self, *, refused: bool) -> None:
        """The server has said who we are; if somebody else has the name that we asked for, offer another."""
        you = self.store.you
        if you is None:
            return
        before, self._you_are = self._you_are, you.name
        if before is not None and before != you.name:
            self.status.notice(Notice("success", f"You are {you.name} now.", seconds=4))
        if self.wanted_name is None:
            return
        others = {fold_name(name) for id, name in self.store.clients.items() if id != you.id}  # noqa: A001
        if fold_name(you.name) == fold_name(self.wanted_name):
            self.feed.rename(you.name)
        elif not self.composer.text and (refused or fold_name(self.wanted_name) in others):
            free = next(name for n in count(2) if fold_name(name := f"{self.wanted_name}{n}") not in others)
            self.propose(f"/name {free}")

    # -- the roster ---------------------------------------------------------------------------------------------

    def action_people(self) -> None:
        """Show who is here, and go there; or come back."""
        if self.focused is self.roster or self.roster.has_class("-over", "-shown"):
            self._leave_roster()
        else:
            self.roster.add_class("-shown")
            self.set_focus(self.roster)

    def on_roster_target_chosen(self, event: Roster.TargetChosen) -> None:
        """A name in the roster."""
        self.turn_to(event.id)
        self._leave_roster()

    def on_roster_left(self) -> None:
        """Back to the composer."""
        self._leave_roster()

    def _leave_roster(self) -> None:
        self.roster.remove_class("-shown")
        self.set_focus(self.composer)

    def on_header_bar_people_requested(self) -> None:
        """Who is here."""
        self.action_people()
