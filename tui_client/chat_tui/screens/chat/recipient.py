"""The recipient: whom the next line is for, and which message it replies to."""

from chat_protocol.names import fold_name
from chat_protocol.unknown import quoted
from chat_tui.screens.chat.addressing import Addressing
from chat_tui.screens.chat.autosave import DraftAutosave
from chat_tui.screens.chat.focus import FocusTracker
from chat_tui.screens.chat.jumps import Jumps
from chat_tui.screens.chat.people import RosterPresenter
from chat_tui.screens.chat.status import StatusLine
from chat_tui.state.store import Change, Store
from chat_tui.widgets.composer.reply_bar import ReplyBar
from chat_tui.wording.notices import Notice


class Recipient:
    """Everyone, or one person; and the message that is replied to. Each recipient has a draft of its own."""

    def __init__(
        self,
        store: Store,
        address: Addressing,
        reply_bar: ReplyBar,
        people: RosterPresenter,
        drafts: DraftAutosave,
        focus: FocusTracker,
        jumps: Jumps,
        status: StatusLine,
    ) -> None:
        self.address = address
        self._store = store
        self._reply_bar = reply_bar
        self._people = people
        self._drafts = drafts
        self._focus = focus
        self._jumps = jumps
        self._status = status

    # -- to whom ------------------------------------------------------------------------------------------------

    def set_target(self, client_id: str) -> None:
        """From now on what is written goes to one person, or to Everyone ("")."""
        if self._store.people.you and client_id == self._store.people.you.id:
            self._status.notice(Notice("info", "That's you. Pick somebody else to message.", seconds=4))
            return
        parent = self._store.messages.get(self.address.reply_to or 0)
        if not client_id and parent is not None and parent.to_id is not None:
            self.reply_to(None)  # a direct message is not answered to everyone
        self._drafts.change_target(client_id)
        self.address.target = client_id
        self._focus.read_from(client_id)
        self._people.show_target()
        if client_id and self._store.read(client_id).roster:
            self._people.show()

    def turn_to(self, client_id: str) -> None:
        """Write to somebody, and see what they said that was not read."""
        unread = self._store.unread.first_from(client_id)
        self.set_target(client_id)
        if unread is not None:
            self._jumps.go_where_hidden(unread)

    def turn_by_name(self, name: str) -> str:
        """The same as it was typed; returns what is wrong, "" for nothing."""
        name = name.strip()
        wanted = fold_name(name.removeprefix("@"))
        found = next((who for who, one in self._store.people.clients.items() if fold_name(one) == wanted), None)
        if found is None:
            return f"Nobody here is called {quoted(name)}."
        self.turn_to(found)
        return ""

    def pick(self) -> None:
        """Ask for the person that the next messages are for."""
        from chat_tui.screens.dialogs.people_picker import PeoplePicker  # noqa: PLC0415 - not before the first frame

        self._reply_bar.app.push_screen(PeoplePicker(self._people.people, self.address.target), self._picked)

    def _picked(self, client_id: str | None) -> None:
        if client_id is not None:
            self.turn_to(client_id)

    # -- in reply to what ---------------------------------------------------------------------------------------

    def reply_to(self, message_id: int | None) -> None:
        """The next line replies to a message, or to none."""
        self.address.reply_to = message_id
        if message_id is None:
            self._reply_bar.hide()
        else:
            self._reply_bar.show(message_id)

    def answer(self, message_id: int) -> None:
        """Reply to a message. What was said to two is answered to two."""
        self.reply_to(message_id)
        message = self._store.messages.get(message_id)
        if message is not None and message.to_id is not None:
            self.set_target(message.to_id if self._store.people.is_own(message) else message.from_id)

    def follow(self, change: Change) -> None:
        """What is gone is not replied to; what looks different is quoted as the list shows it."""
        if self.address.reply_to in change.changed:
            self._reply_bar.refresh()
        if self.address.reply_to in change.removed:
            self.reply_to(None)
            self._status.notice(Notice("warning", "The message you were replying to was deleted.", seconds=6))

    def said(self) -> None:
        """A message is on its way: it is the newest one, and the next replies to none."""
        self._jumps.to_own_line()
        self.reply_to(None)

    # -- one step back ------------------------------------------------------------------------------------------

    def step_back(self, *, writing: bool) -> None:
        """Give up the reply, else the one person; but not while something is being written (`writing`) for them."""
        if self.address.reply_to is not None:
            self.reply_to(None)
        elif self.address.target and writing:
            name = self._store.people.name_of(self.address.target)
            words = f"This text is for {name} only. To switch to Everyone, clear it first."
            self._status.notice(Notice("info", words, seconds=5))
        else:
            self.set_target("")
