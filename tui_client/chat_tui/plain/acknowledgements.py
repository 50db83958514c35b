"""Acknowledgements: the lines of ours that await an answer, and how long none has come. Pure: told the time."""

from chat_protocol.commands import Say
from chat_tui.state.outbox import Pending
from chat_tui.state.store import Change, Store


class Acknowledgements:
    """Follows every line that was said until it is answered.

    A server that knows no tokens answers with a message of the same text.
    """

    def __init__(self, store: Store, patience: float) -> None:
        self.greeted = False
        self._store = store
        self._patience = patience
        self._lines: dict[int, Pending] = {}
        self._since: float | None = None

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def lines(self) -> list[str]:
        """What was typed and is not answered, in the order said; what the program asked by itself is not among it."""
        return [pending.typed for pending in self._lines.values() if pending.typed]

    def said(self, pending: Pending) -> None:
        """This line waits for an answer from now on."""
        self._lines[pending.key] = pending

    def take(self, change: Change) -> None:
        """See which lines a change answers."""
        self.greeted |= self._store.epoch is not None
        if not self._lines:
            return
        before = len(self._lines)
        unsettled = {pending.key for pending in self._store.outbox}
        for key, pending in list(self._lines.items()):
            if key not in unsettled and not self._is_unproven(pending):
                del self._lines[key]
        if self._store.plain:
            self._take_echoes(change)
        if len(self._lines) < before:
            self._since = None

    def _is_unproven(self, pending: Pending) -> bool:
        """Has it left the outbox only because no answer would name it?"""
        return self._store.plain and pending.state == "sending" and isinstance(pending.command, Say)

    def _take_echoes(self, change: Change) -> None:
        for number in change.added:
            text = self._store.messages[number].text
            for key, pending in self._lines.items():
                if isinstance(pending.command, Say) and pending.state == "sending" and pending.command.text == text:
                    del self._lines[key]
                    break

    # -- patience -----------------------------------------------------------------------------------------------

    def start_over(self) -> None:
        """The time so far does not count: nobody could hear an answer."""
        self._since = None

    def deadline(self, now: float, send_wait: float | None) -> float:
        """Return when to give up, if no line is answered before; on the clock of `now`, in seconds.

        Time in which nothing is under way but lines that the server's limits hold back, for `send_wait` seconds, does
        not count.
        """
        held_back = (
            send_wait is not None
            and send_wait > 0
            and not any(pending.state == "sending" for pending in self._lines.values())
        )
        if self._since is None or held_back:
            self._since = now
        return self._since + self._patience
