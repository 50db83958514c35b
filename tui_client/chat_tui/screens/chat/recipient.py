"""The part of the chat screen that knows to whom the next line goes, what it replies to, and what else was begun."""

from textual.timer import Timer

from chat_protocol.names import fold_name
from chat_protocol.unknown import quoted
from chat_tui.screens.chat import rows
from chat_tui.screens.chat.addressing import Addressing
from chat_tui.screens.chat.focus import AttendingScreen
from chat_tui.storage.drafts import Drafts
from chat_tui.widgets.bars.header import HeaderBar
from chat_tui.widgets.composer.completion import modifiers
from chat_tui.widgets.composer.reply_bar import ReplyBar
from chat_tui.widgets.lists.roster import Person
from chat_tui.wording.notices import Notice

_SAVE_AFTER = 1.0
"""Seconds until what is being written is in its file."""


class TargetingScreen(AttendingScreen):
    """A screen on which is written to everyone or to one person; each of them has a draft of its own."""

    header: HeaderBar
    reply_bar: ReplyBar

    def __init__(self, drafts: Drafts) -> None:
        super().__init__(id="chat")
        self.address = Addressing()
        self.drafts = drafts
        self.people: list[Person] = []
        self.proposal = ""
        self._saving: Timer | None = None

    # -- to whom ------------------------------------------------------------------------------------------------

    def set_target(self, client_id: str) -> None:
        """From now on what is written goes to one person, or to Everyone ("")."""
        if self.store.you and client_id == self.store.you.id:
            self.status.notice(Notice("info", "That is you. Pick somebody else to write to.", seconds=4))
            return
        parent = self.store.messages.get(self.address.reply_to or 0)
        if not client_id and parent is not None and parent.to_id is not None:
            self.reply_to(None)  # a direct message is not answered to everyone
        self._change_draft(client_id)
        self.address.target = client_id
        self.attended_to = client_id
        self.attend()
        self.show_target(client_id, self.store.name_of(client_id) if client_id else "")
        if client_id and self.store.read(client_id).roster:
            self.show_people()

    def show_target(self, client_id: str, name: str) -> None:
        """Say everywhere to whom is written; "" is Everyone."""
        self.address.names[name] = client_id
        self.composer.target = self.header.target = name
        self.roster.target = client_id

    def action_pick_target(self) -> None:
        """Ask for the person that the next messages are for."""
        from chat_tui.screens.dialogs.people_picker import PeoplePicker  # noqa: PLC0415 - not before the first frame

        self.app.push_screen(PeoplePicker(self.people, self.address.target), self._target_picked)

    def _target_picked(self, client_id: str | None) -> None:
        if client_id is not None:
            self.turn_to(client_id)

    def turn_to(self, client_id: str) -> None:
        """Write to somebody, and see what they said that was not read."""
        unread = self.store.first_unread_from(client_id)
        self.set_target(client_id)
        if unread is not None and not self.messages.is_shown(unread):
            self.go_to(unread)

    def turn_by_name(self, name: str) -> str:
        """The same as it was typed; returns what is wrong, "" for nothing."""
        wanted = fold_name(name.removeprefix("@"))
        found = next((who for who, one in self.store.clients.items() if fold_name(one) == wanted), None)
        if found is None:
            return f"Nobody here is called {quoted(name)}."
        self.turn_to(found)
        return ""

    def mute(self, client_id: str, *, muted: bool) -> None:
        """The bar says what is replied to as the list does."""
        super().mute(client_id, muted=muted)
        if self.address.reply_to is not None:
            self.reply_to(self.address.reply_to)

    # -- in reply to what ---------------------------------------------------------------------------------------

    def reply_to(self, message_id: int | None) -> None:
        """The next line replies to a message, or to none."""
        self.address.reply_to = message_id
        if message_id is None:
            self.reply_bar.hide()
        else:
            self.reply_bar.show(*rows.quote_of(self.store, message_id))

    def answer(self, message_id: int) -> None:
        """Reply to a message. What was said to two is answered to two."""
        self.reply_to(message_id)
        message = self.store.messages.get(message_id)
        if message is not None and message.to_id is not None:
            self.set_target(message.to_id if self.store.is_own(message) else message.from_id)

    def on_reply_bar_cancelled(self) -> None:
        """No reply."""
        self.reply_to(None)

    # -- drafts -------------------------------------------------------------------------------------------------

    def _change_draft(self, client_id: str) -> None:
        """Each target has its own text. One for everyone goes along to one person, never the other way."""
        before, text = self.address.target, self.composer.text
        if client_id == before:
            return
        theirs = self.drafts.get(client_id)
        if not before and text and not theirs:
            self.drafts.keep("", "")
            self._keep_draft_for(client_id)
        elif text != theirs:
            self._keep_draft()
            self.address.target = client_id
            self.composer.set_text(theirs)

    def propose(self, line: str) -> None:
        """Put a line into the empty composer that the user may send, or not: it is nobody's draft."""
        self.proposal = line
        self.composer.set_text(line)

    def _keep_draft(self) -> None:
        self._keep_draft_for(self.address.target)

    def _keep_draft_for(self, client_id: str) -> None:
        text = self.composer.text
        text = "" if text == self.proposal else text
        self.drafts.keep(client_id, text, fleeting=self._is_fleeting(text))

    def _is_fleeting(self, text: str) -> bool:
        return self.composer.temp != "off" or "/temp" in modifiers(text)

    def on_text_area_changed(self) -> None:
        """Something is being written: it is written down soon, not with every key; that it is gone, at once.

        What was sent must not be there a second time, to be sent again, whatever becomes of us now.
        """
        self._keep_draft()
        if not self.composer.text:
            self.drafts.save()
        elif self._saving is None:
            self._saving = self.set_timer(_SAVE_AFTER, self._save_drafts)

    def _save_drafts(self) -> None:
        self._saving = None
        self.drafts.save()

    def on_unmount(self) -> None:
        """What is being written at the end is there again at the next start."""
        self.drafts.save()
