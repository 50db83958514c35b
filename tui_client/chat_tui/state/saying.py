"""What is said here, and where it waits: the half of the store that the keyboard changes. Pure."""

from collections.abc import Iterable, Iterator

import msgspec

from chat_protocol.commands import Command, Delete, Say
from chat_protocol.names import fold_name
from chat_tui.state.outbox import Outbox, Pending
from chat_tui.state.outbox_codec import SavedLine
from chat_tui.state.people import People


class Saying(People):
    """Our own lines, until they are known to be kept or refused."""

    def __init__(self, history_limit: int, outbox: Outbox) -> None:
        super().__init__(history_limit)
        self._outbox = outbox
        self._ready = False

    def say(self, command: Command, typed: str, held_until: float = 0.0, now: float | None = None) -> Pending | None:
        """Put a line into the outbox; None when it is full. Until `held_until`, on `to_send`'s clock, it is not sent.

        The name in a `/to` becomes the id of who bears it now, so that a line that waits for a connection never
        reaches somebody who took the name meanwhile. For the same reason an answer to a direct message says whom it is
        for.
        """
        if isinstance(command, Say) and command.to is not None and command.to not in self.clients:
            wanted = fold_name(command.to)
            bearers = [client_id for client_id, name in self.clients.items() if fold_name(name) == wanted]
            if len(bearers) == 1:
                command = msgspec.structs.replace(command, to=bearers[0])
        elif isinstance(command, Say) and command.to is None and command.reply_to is not None:
            command = msgspec.structs.replace(command, to=self._other_of_two(command.reply_to))
        return self._outbox.say(command, typed, held_until, now, self.epoch or "")

    def _other_of_two(self, message_id: int) -> str | None:
        """With whom we share a direct message; None for a message to everyone."""
        parent = self.messages.get(message_id)
        if parent is None or parent.to_id is None:
            return None
        return parent.to_id if self.is_own(parent) else parent.from_id

    def to_send(self, now: float) -> Iterator[tuple[Pending, str]]:
        """The lines to hand to the connection now, in order; none while there is no connection.

        `now` is in seconds on a clock that only goes on, here and for `send_wait`. A line counts as sent when the next
        one is asked for: where the connection does not take it, leave the loop.
        """
        return self._outbox.to_send(now, plain=self.plain) if self._ready else iter(())

    def send_wait(self, now: float) -> float | None:
        """Seconds until `to_send` has a line, as the server's limits go; None for not until something changes."""
        return self._outbox.wait(now) if self._ready else None

    def kept(self, now: float) -> list[SavedLine]:
        """The lines to write down, so that a later run can send them; `now` as for `to_send`."""
        return self._outbox.kept(now, ready=self._ready)

    def restore(self, lines: Iterable[SavedLine]) -> None:
        """Take up what an earlier run has written down."""
        self._outbox.restore(lines)

    def send_again(self, key: int, now: float) -> None:
        """Send a line that is in doubt; `now` as for `apply`."""
        self._outbox.send_again(key, now)

    def unsent_rows(self) -> list[Pending]:
        """Our messages that are not known to be kept, in the order said."""
        return [pending for pending in self._outbox if isinstance(pending.command, Say)]

    def is_in_doubt(self, key: int) -> bool:
        """Does this line of ours wait for the user to say that it is to be sent again?"""
        return any(line.key == key and line.state == "doubt" for line in self._outbox)

    def is_being_deleted(self, message_id: int) -> bool:
        """Have we asked for that, without an answer so far?"""
        return any(isinstance(line.command, Delete) and line.command.id == message_id for line in self._outbox)

    def release(self) -> None:
        """Send at once whatever is held back."""
        self._outbox.release()

    def unanswered(self) -> list[Pending]:
        """Everything that was said and is not known to be done or refused, messages or not, in the order said."""
        return list(self._outbox)

    def discard(self, key: int) -> None:
        """Forget a pending line; one that is under way may be kept all the same."""
        self._outbox.discard(key)
