"""Submission of a line: parse, address, check, send. Each step is a function of the one before it."""

from collections.abc import Callable, Mapping
from functools import partial

import msgspec

from chat_protocol.commands import Command, CommandError, Exit, Say
from chat_protocol.text import clean
from chat_tui.screens.chat.addressing import TEMPS, LocalCommand, no_such_command, parse_line, said_in
from chat_tui.screens.chat.autosave import DraftAutosave
from chat_tui.screens.chat.recipient import Recipient
from chat_tui.screens.chat.returns import ReturnedLines
from chat_tui.screens.chat.sending import Sender
from chat_tui.state.paste_guard import worry
from chat_tui.widgets.composer.composer import Composer
from chat_tui.widgets.composer.frame import NOWHERE

_SHORT = "5 min"
"""How long a text may live that is better not kept."""
_NOWHERE = "This list only collects what is for you. Pick a message and press r, or go to a room."
_TOO_MANY = "Too many unsent lines. Wait for the connection."


class Submission:
    """Takes a line from the composer to the server, or carries it out here.

    `local` are the commands of this program: each gets what was typed behind it, and returns what is wrong, if
    anything is. `leave` is what `/exit` does; `key_for` gives the key of a binding.
    """

    def __init__(
        self,
        composer: Composer,
        recipient: Recipient,
        drafts: DraftAutosave,
        sender: Sender,
        returned: ReturnedLines,
        *,
        local: Mapping[str, Callable[[str], str | None]],
        leave: Callable[[], None],
        key_for: Callable[[str], str],
    ) -> None:
        self._composer = composer
        self._recipient = recipient
        self._drafts = drafts
        self._sender = sender
        self._returned = returned
        self._local = local
        self._leave = leave
        self._key_for = key_for

    def submit(self, line: Composer.Submitted) -> None:
        """Send a line to whom the composer showed when Enter was pressed, unless it is better to ask first."""
        text = clean(line.text)
        try:
            command = parse_line(text)
        except CommandError as error:
            why = no_such_command(error.unknown, self._key_for) if error.unknown else error.text
            self._composer.give_back(line.text, why, line.audience)
            return
        match command:
            case LocalCommand(name=name, argument=argument):
                if wrong := self._local[name](argument):
                    self._composer.give_back(text, wrong, line.audience)
            case Exit():
                self._leave()
            case Say():
                message = self._recipient.address.addressed(command, line.target, line.temp, line.room)
                if line.room == NOWHERE and message.to is None and command.room is None:
                    self._composer.give_back(line.text, _NOWHERE, line.audience)
                elif why := check(message):
                    self._ask(why, message, line)
                else:
                    self._send(message, line)
            case _:
                self._send(said_in(command, self._recipient.address.rooms.get(line.room)), line)

    def _send(self, command: Command, line: Composer.Submitted) -> None:
        if self._sender.send(command, line.text) is None:
            self._composer.give_back(line.text, _TOO_MANY, line.audience)
        elif isinstance(command, Say):
            self._recipient.said(command)

    # -- asking -------------------------------------------------------------------------------------------------

    def _ask(self, why: str, message: Say, line: Composer.Submitted) -> None:
        """Nothing is sent before somebody has said so; whatever else they say, the text is not lost."""
        from chat_tui.screens.dialogs.question import Answer, Question  # noqa: PLC0415 - seldom needed, and its list is large

        whom = line.audience or ("everyone" if message.to is None else message.to)
        answers = [
            Answer("b", "Back to the text", "back"),
            Answer("s", f"Send it to {whom}", "send"),
            Answer("t", f"Send it for {_SHORT} only", "temporary"),
            Answer("p", "Send it to one person", "person"),
        ]
        self._drafts.keep_submitted(line.text, fleeting=line.temp != "off")  # should this be the end
        self._composer.app.push_screen(Question(why, answers), partial(self._answered, message, line))

    def _answered(self, message: Say, line: Composer.Submitted, answer: str | None) -> None:
        self._drafts.keep()
        match answer:
            case "send":
                self._send(message, line)
            case "temporary":
                self._composer.forget(line.text)
                self._send(msgspec.structs.replace(message, lifetime=TEMPS[_SHORT]), line)
            case _:
                self._returned.put_back(line.text, line.audience, "you went back to edit it")
                if answer == "person":
                    self._recipient.pick()


def check(message: Say) -> str:
    """Why a message may be a mistake, as a sentence; "" where nothing speaks against it."""
    return worry(message.text, to_everyone=message.to is None and message.lifetime is None)
