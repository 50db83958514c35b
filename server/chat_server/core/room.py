"""Rules of a room: decides commands before the log, and applies entries after it. Pure: no I/O, no clock.

`decide` turns a command into a draft or refuses it, `apply` takes what the log has kept and numbered. Entries get into
the timeline in no other way, so that live, replayed and resumed messages are the same.
"""

from math import floor

from msgspec import Struct

from chat_protocol.commands import Delete, LoggedCommand, Say, SetTopic
from chat_protocol.events import Client, Deleted, Message, RoomView
from chat_server.core.entries import (
    Draft,
    NewDeletion,
    NewMessage,
    NewSettings,
    audience_of,
    deletion_of,
    numbered,
)
from chat_server.core.roster import Roster
from chat_server.core.timeline import Timeline


class CommandRefused(Exception):  # noqa: N818 - a decision, not a fault
    """A command that is not carried out. `text` is for the person who sent it."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class Delivery(Struct, frozen=True, gc=False):  # as a named tuple it takes three times as long to make
    """An event, and the ids of the clients who may see it (None: everyone)."""

    event: Message | Deleted | RoomView
    audience: frozenset[str] | None


class Room:
    """Decides which messages, deletions and settings go into the log, and puts what comes out into the `timeline`.

    Names are looked up in the `roster`. A message has at most `max_text` characters and `max_lines` lines.
    `settings` are those that were set last.
    """

    __slots__ = ("_add", "_max_lines", "_max_text", "roster", "settings", "timeline")

    def __init__(self, timeline: Timeline, roster: Roster, *, max_text: int, max_lines: int) -> None:
        self.timeline = timeline
        self.roster = roster
        self.settings = NewSettings()
        self._max_text = max_text
        self._max_lines = max_lines
        self._add = timeline.add  # once, not for each message

    # -- commands -----------------------------------------------------------------------------------------------

    def decide(self, sender: str, command: LoggedCommand, now: float, ahead: float = 0.0) -> Draft:
        """Return the draft that the log shall keep. Its stamp is the wall's time, which is `ahead` of `now`.

        Raises:
            CommandRefused: when the command breaks a rule.
        """
        if isinstance(command, Delete):
            return self._decide_deletion(sender, command.id, now)
        if isinstance(command, SetTopic):
            return NewSettings(command.topic, sender, self.roster.name_of(sender) or sender)
        return self._decide_message(sender, command, now, ahead)

    def needs_lookup_before(self, sender: str, command: LoggedCommand, now: float) -> int | None:
        """The log may have the message that a command speaks of, just before this number; None: no lookup is needed."""
        if isinstance(command, SetTopic):
            return None
        timeline = self.timeline
        last = timeline.forgotten
        if isinstance(command, Delete) and command.id is None:
            return last + 1 if last and timeline.newest_visible(sender, now) is None else None
        named = command.id if isinstance(command, Delete) else command.reply_to
        return named + 1 if named is not None and named <= last and timeline.known(named) is None else None

    def _decide_message(self, sender: str, command: Say, now: float, ahead: float) -> NewMessage:
        text = command.text
        if len(text) > self._max_text:
            raise too_long(self._max_text, len(text))
        if (lines := text.count("\n") + 1) > self._max_lines:
            raise CommandRefused(
                "too_many_lines", f"A message can have at most {self._max_lines} lines; this one has {lines}."
            )
        if command.reply_to is not None and not self.timeline.visible(command.reply_to, sender, now):
            raise _no_such_message(command.reply_to)
        return NewMessage(
            text=text,
            from_id=sender,
            from_name=self.roster.name_of(sender) or sender,
            sent_at=floor((now + ahead) * 1e3) / 1e3,  # everybody gets every digit
            reply_to=command.reply_to,
            to_id=None if command.to is None and command.reply_to is None else self._target(sender, command),
            expires_at=None if command.lifetime is None else now + command.lifetime,
            txn=command.txn,
        )

    def _target(self, sender: str, command: Say) -> str | None:
        """The recipient of a message. A reply to a direct message is one too, unless it names another recipient."""
        if command.to is not None:
            to_id = self.roster.find(command.to)
            if to_id is None:
                raise CommandRefused("no_such_client", f'Nobody here is called "{command.to}".')
            return to_id
        parent = self.timeline.known(command.reply_to or 0)
        if parent is None or parent.to_id is None:
            return None
        return parent.to_id if sender == parent.from_id else parent.from_id

    def _decide_deletion(self, sender: str, message_id: int | None, now: float) -> NewDeletion:
        timeline = self.timeline
        if message_id is None:
            message_id = timeline.newest_visible(sender, now)
            if message_id is None:
                message_id = timeline.newest_recalled(sender, now)
            if message_id is None:
                raise CommandRefused("no_such_message", "There is no message to delete.")
        elif not timeline.visible(message_id, sender, now):
            raise _no_such_message(message_id)
        message = timeline.known(message_id)
        timeline.expect_deletion(message_id)
        return deletion_of(message) if message else NewDeletion(message_id)

    def abandon(self, draft: Draft) -> None:
        """Undo `decide`: the log could not keep this draft."""
        if isinstance(draft, NewDeletion):
            self.timeline.cancel_deletion(draft.id)

    # -- entries ------------------------------------------------------------------------------------------------

    def apply(self, seq: int, draft: Draft) -> Delivery | None:
        """Take what the log has kept as number `seq`; None when it changes nothing that anybody sees."""
        if isinstance(draft, NewDeletion):
            audience = None if draft.audience is None else frozenset(draft.audience)
            deletion = self.timeline.remove(seq, draft.id, audience)
            return deletion and Delivery(Deleted(draft.id, seq, room=self.timeline.room), deletion.audience)
        if isinstance(draft, NewSettings):
            self.settings = draft
            self.timeline.pass_by(seq)
            return Delivery(self.told_settings(seq), None)
        message = numbered(seq, draft, self.timeline.room)
        audience = audience_of(message)
        self._add(message, audience)
        return Delivery(message, audience)

    def told_settings(self, seq: int) -> RoomView:
        """What is set in the room, as its people are told."""
        settings = self.settings
        return RoomView(seq, self.timeline.room, topic=settings.topic, by=setter_of(settings))


def setter_of(settings: NewSettings) -> Client | None:
    """Who has set it, if anybody has."""
    return Client(settings.by_id, settings.by_name) if settings.by_id else None


def too_long(most: int, length: int) -> CommandRefused:
    """Return the error for a text of so many characters."""
    return CommandRefused("too_long", f"A message has at most {most} characters; this one has {length}.")


def _no_such_message(message_id: int) -> CommandRefused:
    """The same words for what never was, what is gone and what the asker may not see."""
    return CommandRefused("no_such_message", f"There is no message {message_id}.")
