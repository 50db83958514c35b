"""The part of the chat screen that sends what is written, asks before what may be a mistake, and takes it back."""

from collections import deque
from typing import ClassVar

import msgspec
from textual.actions import SkipAction
from textual.binding import Binding, BindingType

from chat_protocol.commands import Command, CommandError, Delete, Exit, Say, TakeName, parse_command, split_command
from chat_protocol.text import clean
from chat_tui.screens.chat.addressing import TEMPS, no_such_command, spelled_out
from chat_tui.screens.chat.server_search import LookingUpScreen
from chat_tui.screens.chat.undo import Undo, deletion_words
from chat_tui.state.outbox import Pending
from chat_tui.state.paste_guard import worry
from chat_tui.storage.drafts import Drafts
from chat_tui.widgets.bars.banner import Banner
from chat_tui.widgets.composer.composer import Composer
from chat_tui.wording.notices import GO_BACK, UNDO, Notice

_REMEMBERED = 50
"""Lines to one person that everyone should not get by mistake."""
_SHORT = "5 min"
"""How long a text may live that is better not kept."""


class WritingScreen(LookingUpScreen):
    """A screen with a composer whose lines go to the server, or are carried out here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z", "undo", "Take back", id="chat.undo", show=False, priority=True),
    ]
    undo: Undo

    def __init__(self, name: str | None, drafts: Drafts) -> None:
        super().__init__(drafts)
        self.wanted_name = name
        self._private_texts: deque[str] = deque(maxlen=_REMEMBERED)

    def action_connect(self) -> None:
        """Don't wait for the next try."""
        self.feed.retry_now()

    def action_help(self) -> None:
        """Everything that can be typed and pressed."""
        raise NotImplementedError

    def key_for(self, binding: str) -> str:
        """The key of a binding, by its id, as it is written in a sentence."""
        raise NotImplementedError

    # -- sending ------------------------------------------------------------------------------------------------

    def on_composer_submitted(self, event: Composer.Submitted) -> None:
        """A line is to be sent, to whom the composer showed when Enter was pressed."""
        text = clean(event.text)
        if self._did_locally(text, event.target):
            return
        try:
            command = parse_command(text)
        except CommandError as error:
            why = no_such_command(error.unknown, self.key_for("chat.people")) if error.unknown else error.text
            self.composer.give_back(event.text, why, event.target)
            return
        match command:
            case Exit():
                self.feed.release_name_on_close()
                self.run_worker(self.app.action_quit())
                return
            case TakeName(name=name):
                self.wanted_name = name
            case Say():
                command = self.address.addressed(command, event.target, event.temp)
                public = command.to is None
                if why := worry(command.text, to_everyone=public and command.lifetime is None):
                    self._ask(why, command, event)
                    return
            case Delete():
                pass
        self._send(command, event)

    def _send(self, command: Command, event: Composer.Submitted) -> None:
        if self._say(command, event.text) is None:
            self.composer.give_back(
                event.text, "Too many lines wait to be sent; wait for the connection.", event.target
            )
        elif isinstance(command, Say):
            self.timeline.mark_unread(None)
            self.to_newest()
            self.reply_to(None)

    def _did_locally(self, text: str, target: str) -> bool:
        """Carry out a command that is for this program alone; False where it is none."""
        word, rest = split_command(text)
        match word:
            case "/to" if (name := rest.strip()) and len(name.split()) == 1:
                if wrong := self.turn_by_name(name):
                    self.composer.give_back(text, wrong, target)
            case "/help":
                self.action_help()
            case "/search":
                self.action_find_in_record(rest)
            case "/mute" | "/unmute":
                if wrong := self.mute_by_name(rest, muted=word == "/mute"):
                    self.composer.give_back(text, wrong, target)
            case _:
                return False
        return True

    def _ask(self, why: str, command: Say, event: Composer.Submitted) -> None:
        """Nothing is sent before somebody has said so; whatever else they say, the text is not lost."""
        from chat_tui.screens.dialogs.question import Answer, Question  # noqa: PLC0415 - seldom needed, and its list is large

        whom = event.target or ("everyone" if command.to is None else command.to)
        answers = [
            Answer("b", "Back to the text", "back"),
            Answer("s", f"Send it to {whom}", "send"),
            Answer("t", f"Send it for {_SHORT} only", "temporary"),
            Answer("p", "Write it to one person", "person"),
        ]

        self.drafts.keep(self.address.target, event.text, fleeting=event.temp != "off")  # should this be the end

        def answered(answer: str | None) -> None:
            self._keep_draft()
            if answer == "send":
                self._send(command, event)
                return
            if answer == "temporary":
                self.composer.forget(event.text)
                self._send(msgspec.structs.replace(command, lifetime=TEMPS[_SHORT]), event)
                return
            self._give_back(event.text, event.target, "you went back to it")
            if answer == "person":
                self.action_pick_target()

        self.app.push_screen(Question(why, answers), answered)

    def _give_back(self, text: str, target: str, why: str) -> None:
        """Put a text that was not sent back where it was written; nothing that is written there now is lost."""
        if self.composer.text.strip():
            self.composer.give_back(text, why, target)
        else:
            self.composer.set_text(text)

    def _say(self, command: Command, typed: str) -> Pending | None:
        """Say it; what may be a mistake can be taken back for a while."""
        if isinstance(command, Delete):
            return self.delete_message(command, typed)
        if isinstance(command, Say) and command.to is not None:
            self._private_texts.append(command.text)
        elif isinstance(command, Say) and command.text in self._private_texts:
            return self.undo.say(command, typed, "To everyone: you said this to one person before.")
        return self.feed.say(command, typed)

    # -- back again ---------------------------------------------------------------------------------------------

    def take_back(self, pending: Pending, code: str, reason: str) -> None:
        """A line was refused: it comes back with the reason, and with what it replied to."""
        self._hand_back(pending, code, reason)
        self._keep_draft()
        self.drafts.save()  # it waits on disk no more, and must not be lost in between

    def _hand_back(self, pending: Pending, code: str, reason: str) -> None:
        command = pending.command
        if isinstance(command, TakeName):
            self.wanted_name = self.store.you.name if self.store.you else None
        if not isinstance(command, Say):
            self.composer.give_back(pending.typed, reason, "")
            return
        alone = not self.composer.text.strip()
        typed = spelled_out(command, pending.typed, self.composer.temp, alone=alone)
        target = self.store.name_of(command.to) if command.to else ""
        if code == "no_such_client" and target != command.to:
            reason = f"{target} is not here any more."  # the server knows the id alone
        self.composer.give_back(typed, reason, target)
        if alone and command.reply_to in self.store.messages:
            self.reply_to(command.reply_to)

    def delete_message(self, command: Delete, typed: str) -> Pending | None:
        """Delete in a few seconds, unless that is taken back; None: too much waits to be sent.

        By then another message may be the last one: the one that is now is meant. Where a line of ours is under way,
        the server alone knows which that is, and is asked at once.
        """
        if command.id is None:
            newest = next(reversed(self.store.messages), None)
            if newest is None or self.store.unsent_rows():
                return self.feed.say(command, typed)
            command = msgspec.structs.replace(command, id=newest)
        if command.id not in self.store.messages:
            return self.feed.say(command, typed)  # whether there is such a message, the server alone knows
        pending = self.undo.say(command, typed, deletion_words(command))
        self.messages.refresh_rows([command.id])
        return pending

    def on_banner_action_pressed(self, event: Banner.ActionPressed) -> None:
        """Go back from a jump; take back what can be; else try to connect now."""
        if event.action == GO_BACK:
            self.go_back()
        elif event.action == UNDO:
            self._take_back_last()
        else:
            self.action_connect()

    def action_undo(self) -> None:
        """Take the last line or deletion back; while something is being written, that is the composer's undo."""
        if not self.undo.possible or (self.focused is self.composer and self.composer.text):
            raise SkipAction
        self._take_back_last()

    def end_undo(self) -> None:
        """Offer nothing that can't be done any more."""
        if self.banner.action == UNDO and not self.undo.possible:
            self.banner.hide()

    def _take_back_last(self) -> None:
        pending = self.undo.undo()
        if pending is None:
            return
        if isinstance(pending.command, Delete):
            self.messages.refresh_rows([pending.command.id or 0])
        else:
            self._give_back(pending.typed, "", "taken back")

    def on_composer_cancelled(self) -> None:
        """One step back: the search, the picked message, the reply, the private target."""
        if self.end_search():
            return
        if self.messages.picked is not None:
            self.messages.close_pick()
        elif self.address.reply_to is not None:
            self.reply_to(None)
        elif self.address.target and self.composer.text:
            name = self.store.name_of(self.address.target)
            self.status.notice(
                Notice("info", f"This text is for {name} alone. Empty it, then Esc is for Everyone.", seconds=5)
            )
        else:
            self.set_target("")
