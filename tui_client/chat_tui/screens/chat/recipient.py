"""The recipient: whom the next line is for, and which message it replies to."""

from chat_protocol.commands import Say
from chat_protocol.names import fold_name
from chat_protocol.unknown import quoted
from chat_tui.screens.chat.addressing import Addressing
from chat_tui.screens.chat.autosave import DraftAutosave
from chat_tui.screens.chat.jumps import Jumps
from chat_tui.screens.chat.sidebar import SidebarPresenter
from chat_tui.screens.chat.status import StatusLine
from chat_tui.screens.chat.switching import ViewSwitcher
from chat_tui.state.store import Change, Store
from chat_tui.widgets.composer.reply_bar import ReplyBar
from chat_tui.wording.notices import Notice


class Recipient:
    """A room, or one person; and the message that is replied to."""

    def __init__(
        self,
        store: Store,
        address: Addressing,
        switcher: ViewSwitcher,
        reply_bar: ReplyBar,
        sidebar: SidebarPresenter,
        drafts: DraftAutosave,
        jumps: Jumps,
        status: StatusLine,
    ) -> None:
        self.address = address
        self._store = store
        self._switcher = switcher
        self._reply_bar = reply_bar
        self._sidebar = sidebar
        self._drafts = drafts
        self._jumps = jumps
        self._status = status

    # -- to whom ------------------------------------------------------------------------------------------------

    def set_target(self, client_id: str) -> None:
        """From now on what is written goes to one person, or to Everyone ("")."""
        if self._store.people.you and client_id == self._store.people.you.id:
            self._status.notice(Notice("info", "That's you. Pick somebody else to message.", seconds=4))
            return
        if client_id:
            self._switcher.open_person(client_id)
        else:
            self._switcher.open_room()

    def turn_by_name(self, name: str) -> str:
        """The same as it was typed; returns what is wrong, "" for nothing."""
        name = name.strip()
        wanted = fold_name(name.removeprefix("@"))
        found = next((who for who, one in self._store.people.everywhere().items() if fold_name(one) == wanted), None)
        if found is None:
            return f"Nobody here is called {quoted(name)}."
        self.set_target(found)
        return ""

    def pick(self) -> None:
        """Ask for the person that the next messages are for."""
        from chat_tui.screens.dialogs.people_picker import PeoplePicker  # noqa: PLC0415 - not before the first frame

        self._reply_bar.app.push_screen(PeoplePicker(self._sidebar.people, self.address.target), self._picked)

    def _picked(self, client_id: str | None) -> None:
        if client_id is not None:
            if client_id and not self.address.target:
                self._drafts.carry()
            self.set_target(client_id)

    # -- in reply to what ---------------------------------------------------------------------------------------

    def reply_to(self, message_id: int | None) -> None:
        """The next line replies to a message, or to none."""
        self._switcher.reply_to(message_id)

    def answer(self, message_id: int) -> None:
        """Reply to a message, where it was said."""
        self.go_to_view_of(message_id)
        self.reply_to(message_id)

    def go_to_view_of(self, message_id: int) -> None:
        """Show the room or the conversation that a message belongs to."""
        message = self._store.messages.get(message_id)
        view = None if message is None else self._store.views.of_message(message)
        if view is not None:
            self._switcher.open(view.key)

    def follow(self, change: Change) -> None:
        """What is gone is not replied to; what looks different is quoted as the list shows it."""
        if self.address.reply_to in change.changed:
            self._reply_bar.refresh()
        if self.address.reply_to in change.removed:
            self.reply_to(None)
            self._status.notice(Notice("warning", "The message you were replying to was deleted.", seconds=6))

    def said(self, message: Say) -> None:
        """A message is on its way: it is the newest one, and the next replies to none."""
        self.reply_to(None)
        if self._store.is_shown(message):
            self._jumps.to_own_line()
        else:
            where = f"# {message.room}" if message.to is None else f"{self._store.people.name_of(message.to)} privately"
            self._status.done(f"to {where}")

    # -- one step back ------------------------------------------------------------------------------------------

    def step_back(self, *, writing: bool) -> None:
        """Give up the reply, else the one person; but not while something is being written (`writing`) for them."""
        if self.address.reply_to is not None:
            self.reply_to(None)
        elif self.address.target and writing:
            name = self._store.people.name_of(self.address.target)
            words = f"This text is for {name} only. To switch to Everyone, clear it first."
            self._status.notice(Notice("info", words, seconds=5))
        elif self.address.key.kind != "room":
            self.set_target("")
