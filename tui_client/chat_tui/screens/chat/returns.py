"""Returned lines: what was refused, or taken back, comes back to the composer, and nothing written there is lost."""

from chat_protocol.commands import Delete, Say, TakeName
from chat_tui.screens.chat.addressing import label_of, spelled_out
from chat_tui.screens.chat.autosave import DraftAutosave
from chat_tui.screens.chat.own_name import OwnName
from chat_tui.screens.chat.recipient import Recipient
from chat_tui.screens.chat.status import StatusLine
from chat_tui.screens.chat.undo import Undo
from chat_tui.state.outbox import Pending
from chat_tui.state.store import Change, Store
from chat_tui.state.view import room_key
from chat_tui.widgets.composer.composer import Composer
from chat_tui.widgets.composer.sent_history import ROOM_MARK
from chat_tui.wording.notices import taken_notice


class ReturnedLines:
    """Brings lines of ours back with the reason, and with what they replied to."""

    def __init__(
        self,
        store: Store,
        composer: Composer,
        recipient: Recipient,
        drafts: DraftAutosave,
        own_name: OwnName,
        undo: Undo,
        status: StatusLine,
    ) -> None:
        self._store = store
        self._composer = composer
        self._recipient = recipient
        self._drafts = drafts
        self._own_name = own_name
        self._undo = undo
        self._status = status

    def follow(self, change: Change) -> None:
        """The server has refused something."""
        for text in change.errors:
            self._status.notice(taken_notice(text))
        for pending, code, reason in change.refused:
            self._return(pending, code, reason)
            self._drafts.keep()
            self._drafts.flush()  # it waits on disk no more, and must not be lost in between

    def _return(self, pending: Pending, code: str, reason: str) -> None:
        command = pending.command
        if isinstance(command, TakeName):
            other = self._own_name.refused(command.name)
            self._composer.give_back(other if other and code == "name_taken" else pending.typed, reason, "")
            return
        if not isinstance(command, Say):
            self._composer.give_back(pending.typed, reason, "")
            return
        alone = not self._composer.text.strip()
        typed = spelled_out(command, pending.typed, self._composer.temp, alone=alone)
        target = self._store.people.name_of(command.to) if command.to else ""
        if not command.to:
            target = self._label_of(command.room)
        if code == "no_such_client" and command.to and target != command.to:
            reason = f"{target} has left."  # the server knows the id alone
        self._composer.give_back(typed, reason, target)
        if (
            target == (self._composer.target or self._composer.room)
            and alone
            and command.reply_to in self._store.messages
        ):
            self._recipient.reply_to(command.reply_to)

    def _label_of(self, room: str | None) -> str:
        """What the composer says while lines go to that room."""
        views = self._store.views
        view = views.home if room is None else views.by_key.get(room_key(room))
        return f"{ROOM_MARK}{room}" if view is None else label_of(views, view)

    def take_back(self) -> None:
        """The last line or deletion was a mistake, and can still be taken back."""
        pending = self._undo.undo()
        if pending is not None and not isinstance(pending.command, Delete):
            self.put_back(pending.typed, "", "undone")

    def put_back(self, text: str, target: str, why: str) -> None:
        """Put a text that was not sent back where it was written; nothing that is written there now is lost."""
        if self._composer.text.strip():
            self._composer.give_back(text, why, target)
        else:
            self._composer.set_text(text)
