"""Outbox: an ordered, bounded queue of lines of ours that the server is not yet known to have kept. Pure.

A line leaves when its echo, a refusal, or what it asked for comes. After a lost connection the others are sent again,
in their old order; each carries its token, so that a server that has it already does not take it twice. What becomes
of which verb, the command says of itself (`chat_protocol.commands.types.Verb`).

What waits can be written down (`saved_lines`) and taken up by a later run (`restore`). A server knows a token for an
hour, and only from who used it: a message that was sent longer ago, or by somebody whom we can't prove to be, is sent
again when the user says so, and not before.
"""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

import msgspec

from chat_protocol.commands import Command, Delete, Say, SetTopic, TakeName, format_command
from chat_protocol.names import fold_name
from chat_protocol.text import clean
from chat_tui.state.outbox_codec import SavedLine

MOST_TRIES = 5
"""A line whose connection is lost this often before any answer may be the reason for it: it is handed back."""

TOKEN_LIFE = 3000.0
"""Seconds for which a server surely knows that it has had a token."""

_LOST = "The connection was lost before this was done."
_RENUMBERED = "The server has restarted: that message is gone, and its number may now belong to another."
_TRIED = f"Tried {MOST_TRIES} times; each time the connection was lost before the server answered."


class Pending(msgspec.Struct, eq=False):
    """One line of ours. `key` is below 0, so that it never meets a message id; later lines have smaller keys.

    Until `held_until` it is not sent, and can be taken back. `said_at` is in seconds since the epoch on this computer's
    clock; None where nobody says. A message number in it is one of the record's life `epoch`, "" for the next one that
    we meet. What is in `doubt` may have been kept or not; it waits for the user.
    """

    key: int
    txn: str
    command: Command
    typed: str
    state: Literal["unsent", "sending", "doubt"] = "unsent"
    tries: int = 0
    held_until: float = 0.0
    said_at: float | None = None
    epoch: str = ""

    def line(self, *, plain: bool) -> str:
        """What goes over the wire; without the token for a `plain` server, which does not know tokens."""
        return format_command(msgspec.structs.replace(self.command, txn=None if plain else self.txn))


def _is_too_old(pending: Pending, now: float) -> bool:
    """May the server have forgotten the token of a line that it must not take twice?"""
    said_at = pending.said_at
    return said_at is not None and not pending.command.is_idempotent and abs(now - said_at) > TOKEN_LIFE


class RefusedLine(NamedTuple):
    """A line of ours that is not carried out, with a code and a sentence for a person."""

    pending: Pending
    code: str
    reason: str


class Throttle:
    """A token bucket: stays well inside the rate that the server lets through, so that delays on the way don't matter.

    `burst` lines at once, then `per_second`; 0 for no limit.
    """

    def __init__(self, burst: float = 0.0, per_second: float = 0.0) -> None:
        self._burst = self._room = max(1.0, burst / 2)
        self._per_second = per_second * 0.9
        self._then: float | None = None

    def wait(self, now: float) -> float:
        """Return the seconds until the next line may go; 0.0 for now."""
        if not self._per_second:
            return 0.0
        if self._then is not None:
            self._room = min(self._burst, self._room + max(0.0, now - self._then) * self._per_second)
        self._then = now
        # A timer that wakes a rounding error too early must not have to wait again.
        return 0.0 if self._room > 1 - 1e-6 else (1 - self._room) / self._per_second

    def take(self) -> None:
        """One line has gone."""
        self._room -= 1


class Outbox:
    """At most `limit` pending lines; the tokens begin with `token_prefix`, which no other run of ours may have.

    Times called `now` are seconds on a clock that only goes on, so that none who sets the computer's clock holds a line
    back; those called `said_at` are since the epoch on this computer's clock.
    """

    def __init__(self, token_prefix: str, limit: int) -> None:
        self._prefix = token_prefix
        self._limit = limit
        self._count = 0
        self._lines: dict[str, Pending] = {}  # token -> line, in the order said
        self._throttle = Throttle()
        self._ready = False  # is there a server that has greeted us?
        self._met = False  # has one ever, in this run?
        self._plain = False
        self._told: set[int] = set()  # the messages of which `take_touched` has said that they are being deleted

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[Pending]:
        return iter(self._lines.values())

    def say(
        self, command: Command, typed: str, held_until: float = 0.0, said_at: float | None = None, epoch: str = ""
    ) -> Pending | None:
        """Put a line at the end; None when there is no room. A token that is under way already is said once.

        Whatever was held until now goes before it.
        """
        self.release()
        self._count += 1
        token = command.txn or f"{self._prefix}{self._count}"
        if token not in self._lines:
            if len(self._lines) >= self._limit:
                return None
            self._lines[token] = Pending(
                -self._count, token, command, typed, held_until=held_until, said_at=said_at, epoch=epoch
            )
        return self._lines[token]

    # -- what waits ---------------------------------------------------------------------------------------------

    def messages(self) -> list[Pending]:
        """Our messages that are not known to be kept, in the order said."""
        return [pending for pending in self if isinstance(pending.command, Say)]

    def undelivered(self) -> list[Pending]:
        """What the server has never had, should this be the end: messages, and what was to be done to one.

        What must not be said twice counts until it is known to be kept, all else until it was sent.
        """
        return [
            line
            for line in self
            if not line.command.is_idempotent or (line.command.speaks_of_message and line.state == "unsent")
        ]

    def is_in_doubt(self, key: int) -> bool:
        """Does this line wait for the user to say that it is to be sent again?"""
        return any(line.key == key and line.state == "doubt" for line in self)

    def is_deleting(self, message_id: int) -> bool:
        """Have we asked for the end of that message, without an answer so far?"""
        return any(isinstance(line.command, Delete) and line.command.id == message_id for line in self)

    def take_touched(self) -> set[int]:
        """The messages whose deletion we have begun to wait for, or wait for no more, since the last time."""
        before = self._told
        if before or self._lines:
            self._told = {line.command.id for line in self if isinstance(line.command, Delete) and line.command.id}
        return before ^ self._told

    # -- over a restart -----------------------------------------------------------------------------------------

    def saved_lines(self, now: float) -> list[SavedLine]:
        """The lines to write down, so that a later run can send them.

        While there is a server, any line may be handed over next: it counts as tried.
        """
        return [
            SavedLine(
                txn=line.txn,
                line=format_command(msgspec.structs.replace(line.command, txn=None)),
                typed=clean(line.typed),
                said_at=line.said_at,
                epoch=line.epoch,
                tried=line.tries > 0 or (self._ready and line.held_until <= now),
                ask=line.state == "doubt" or (not line.command.is_idempotent and line.held_until > now),
            )
            for line in self
            if line.said_at is not None and line.command.outlives_restart
        ]

    def restore(self, lines: Iterable[SavedLine]) -> None:
        """Take up what an earlier run has written down; a message that could still be taken back then is in doubt."""
        for line in lines:
            if line.txn not in self._lines and len(self._lines) < self._limit:
                self._count += 1
                pending = Pending(-self._count, line.txn, line.command, line.typed, tries=int(line.tried))
                pending.said_at, pending.epoch = line.said_at, line.epoch
                pending.state = "doubt" if line.ask and not pending.command.is_idempotent else "unsent"
                self._lines[line.txn] = pending

    def send_again(self, key: int, said_at: float) -> None:
        """What was in doubt is to be sent after all."""
        for pending in self:
            if pending.key == key and pending.state == "doubt":
                pending.state, pending.tries, pending.said_at = "unsent", 0, said_at

    def release(self) -> None:
        """Hold nothing back any more."""
        for pending in self:
            pending.held_until = 0.0

    def discard(self, key: int) -> None:
        """Forget a line, sent or not."""
        for pending in [line for line in self if line.key == key]:
            del self._lines[pending.txn]

    # -- sending ------------------------------------------------------------------------------------------------

    def to_send(self, now: float) -> Iterator[tuple[Pending, str]]:
        """The lines to hand to the connection now, in order; none while there is no connection.

        A line counts as sent when the next one is asked for: where the connection does not take it, leave the loop.
        """
        if not self._ready:
            return
        for pending in [line for line in self if line.state == "unsent"]:
            if pending.held_until > now or self._throttle.wait(now):
                return
            yield pending, pending.line(plain=self._plain)
            self._throttle.take()
            pending.state = "sending"
            pending.tries += 1
            if self._plain or not pending.command.is_answered:
                self._lines.pop(pending.txn, None)

    def wait(self, now: float) -> float | None:
        """Seconds until `to_send` has a line, as the server's limits go; None for not until something changes."""
        if not self._ready:
            return None
        first = next((line for line in self if line.state == "unsent"), None)
        return None if first is None else max(self._throttle.wait(now), first.held_until - now)

    # -- the connection -----------------------------------------------------------------------------------------

    def disconnected(self) -> list[RefusedLine]:
        """What was under way is unsent again; returns what must not be sent again."""
        self._ready = False
        for pending in self:
            if pending.state == "sending":
                pending.state = "unsent"
        return self._refuse([line for line in self if line.tries and not line.command.can_be_repeated], _LOST)

    def connected(self, burst: float, per_second: float, *, now: float, epoch: str, plain: bool) -> list[RefusedLine]:
        """A new connection, whose server lets this much through; returns what was sent too often in vain.

        `now` is on the clock of `said_at`; `epoch` is the life of the record that message numbers are of from now on. A
        `plain` server knows no tokens.
        """
        self._ready, self._plain = True, plain
        self._throttle = Throttle(burst, per_second)
        for pending in self:
            pending.epoch = pending.epoch or epoch
            if pending.tries and _is_too_old(pending, now):
                pending.state = "doubt"
        met, self._met = self._met, True  # who has seen nothing so far means what comes before it in their own lines
        too_often = self._refuse([line for line in self if line.tries >= MOST_TRIES], _TRIED)
        return too_often + self._refuse([line for line in self if met and not line.command.can_be_repeated], _LOST)

    def renumbered(self, epoch: str) -> list[RefusedLine]:
        """Message numbers are of this life of the record now; returns what speaks of one of another."""
        others = [line for line in self if line.epoch not in ("", epoch)]
        return self._refuse([line for line in others if line.command.speaks_of_message], _RENUMBERED)

    def _refuse(self, lines: list[Pending], why: str) -> list[RefusedLine]:
        for pending in lines:
            del self._lines[pending.txn]
        return [RefusedLine(pending, "lost", why) for pending in lines]

    # -- answers ------------------------------------------------------------------------------------------------

    def take(self, txn: str | None) -> Pending | None:
        """Take out the line with this token: its answer came."""
        return self._lines.pop(txn, None) if txn else None

    def deleted(self, message_id: int) -> None:
        """A message is gone: what asked for that is done.

        A deletion does not say who asked for it, so any deletion ends the wait of a `/delete last`.
        """
        for pending in list(self):
            command = pending.command
            if isinstance(command, Delete) and (
                command.id == message_id or (command.id is None and pending.state == "sending")
            ):
                del self._lines[pending.txn]

    def topic_set(self, room: str | None, topic: str) -> None:
        """We have set this topic of a room (None: the home): what asked for that is done."""
        for pending in list(self):
            command = pending.command
            if isinstance(command, SetTopic) and (command.room, command.topic) == (room, topic) and pending.tries:
                del self._lines[pending.txn]

    def named(self, name: str) -> None:
        """This is our name now: what asked for it is done."""
        for pending in list(self):
            if isinstance(pending.command, TakeName) and fold_name(pending.command.name) == fold_name(name):
                del self._lines[pending.txn]
