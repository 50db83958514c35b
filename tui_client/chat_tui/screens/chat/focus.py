"""The part of the chat screen that knows whether anybody is looking, and who is not listened to."""

from chat_tui.screens.chat.notifier import Notifier
from chat_tui.screens.chat.pager import PagingScreen
from chat_tui.toolkit.terminal_output import write_to_terminal
from chat_tui.widgets.lists.roster import Person, Roster
from chat_tui.wording.notices import Notice

_SECONDS = 5.0


class AttendingScreen(PagingScreen):
    """A screen whose messages are read, or not, by somebody who may be elsewhere."""

    notifier: Notifier
    roster: Roster
    attended_to: str = ""
    """The client whose direct messages are read while one looks at the end of the list."""

    def show_people(self) -> None:
        """Show who is here, and what of theirs is unread."""
        raise NotImplementedError

    # -- looking ------------------------------------------------------------------------------------------------

    def follow_focus(self) -> None:
        """From now on, know whether the terminal is in the foreground."""
        self.watch(self.app, "app_focus", self._focus_changed, init=False)

    def _focus_changed(self, focused: bool) -> None:  # noqa: FBT001  # Textual calls it so
        self.notifier.focus(focused)
        self.timeline.focused = focused
        self.attend()

    def attend(self) -> None:
        """What stands at the end of the list is read, if somebody looks there."""
        looking = self.notifier.focused and self.messages.at_end
        self.timeline.look_at_rule()
        if looking:
            self.timeline.all_seen()
        self.show_unread()
        self.store.attending = self.attended_to if looking else ""
        if self.store.attending and self.store.read(self.attended_to).roster:
            self.show_people()

    def show_unread(self) -> None:
        """Say how many messages to everyone were not seen."""
        self.roster.everyone_unread = self.timeline.unseen_by_everyone

    def write_to_terminal(self, what: str) -> None:
        """Write past the screen, as Textual's own bell does; nothing where there is no terminal."""
        write_to_terminal(self.app, what)

    def on_unmount(self) -> None:
        """Leave the terminal as it was."""
        self.notifier.end()

    # -- muting -------------------------------------------------------------------------------------------------

    def mute(self, client_id: str, *, muted: bool) -> None:
        """Listen to somebody no more, or again: their messages are folded, and never counted or noticed."""
        store = self.store
        if store.you is not None and client_id == store.you.id:
            self.status.notice(Notice("info", "That is you.", seconds=_SECONDS))
            return
        self.timeline.show(store.mute(client_id, muted=muted))
        self.timeline.forget_muted()
        self.show_unread()
        self.show_people()
        self.messages.redraw()
        self.search.again()
        name = store.name_of(client_id)
        words = f"{name} is muted. /unmute {name} ends it." if muted else f"{name} is not muted any more."
        self.status.notice(Notice("info", words, seconds=_SECONDS))

    def mute_by_name(self, name: str, *, muted: bool) -> str:
        """The same as it was typed; returns what is wrong, "" for nothing."""
        wanted = name.strip().removeprefix("@")
        if not wanted:
            return "Whom? Write /mute and a name." if muted else "Whom? Write /unmute and a name."
        client_id = self.store.bearer(wanted)
        if client_id is None:
            return f"Nobody here is called {wanted}."
        self.mute(client_id, muted=muted)
        return ""

    def on_roster_mute_toggled(self, event: Roster.MuteToggled) -> None:
        """The other way round than it is."""
        self._toggle(event.id)

    def action_mute(self) -> None:
        """Ask whom to mute, or to listen to again."""
        from chat_tui.screens.dialogs.people_picker import PeoplePicker  # noqa: PLC0415 - seldom asked for

        people = [Person(id, name, muted=id in self.store.muted) for id, name in self.store.clients.items()]  # noqa: A001
        you = self.store.you.id if self.store.you else ""
        others = [person for person in people if person.id != you]
        self.app.push_screen(PeoplePicker(others, title="Mute or unmute whom?", everyone=False), self._toggle)

    def _toggle(self, client_id: str | None) -> None:
        if client_id:
            self.mute(client_id, muted=client_id not in self.store.muted)
