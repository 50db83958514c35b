"""View synchronization: what a server says that a room has, at a connection, continues what is held or replaces it.

Pure. It is the same for the home, whose first event is an `init`, and for the rooms that are joined after it.
"""

from typing import NamedTuple

from chat_protocol.events import Init, Message, RoomView, Unread
from chat_tui.state.change import Change
from chat_tui.state.outbox import Outbox
from chat_tui.state.people import People
from chat_tui.state.view import NOTHING_READ, View
from chat_tui.state.views import Views


class Said(NamedTuple):
    """What the server has said of a room, in the life `epoch` of its log; fields as those of `Init`."""

    messages: tuple[Message, ...]
    epoch: str
    seq: int
    resumed: bool
    deleted: tuple[int, ...]
    more: bool
    missed: int | None
    read: int | None
    unread: Unread | None


def said_by(event: Init | RoomView, epoch: str) -> Said:
    """What there is of a room in an event."""
    return Said(
        event.messages or (), epoch, event.seq, bool(event.resumed), event.deleted or (), bool(event.more),
        event.missed, event.read, event.unread,
    )  # fmt: skip


class ViewSync:
    """Brings a room, and with the home all conversations, in step with what the server says."""

    def __init__(self, people: People, outbox: Outbox, views: Views) -> None:
        self._people = people
        self._outbox = outbox
        self._views = views

    def take(self, view: View, said: Said, change: Change) -> None:
        """Take what was said of a view; what it changes is added to `change`."""
        position = view.position
        first, view.synced = not view.synced, True
        before, position.epoch = position.epoch, said.epoch
        continued = bool(said.epoch) and said.epoch == before
        parts = self._views.parts(view, said.messages)
        for one in parts:
            one.read_until = max(
                one.read_until if continued else NOTHING_READ, NOTHING_READ if said.read is None else said.read
            )
        survives = not continued and bool(said.epoch) and any(self._held(parts))
        fresh = {one: self._fresh(one, messages, continued=continued) for one, messages in parts.items()}
        missed = known = sum(map(len, fresh.values()))
        resumed = said.resumed and continued
        if resumed:
            missed += 0 if said.missed is None else max(0, said.missed - len(said.messages))
        if view is self._views.home and before is not None and before != said.epoch and not first:
            change.anew, change.lost = not survives, self._count_lost(parts, said) if survives else 0
        for one in parts:
            one.unread.away_since = position.seq + 1 if continued else None
        if resumed and not first:
            self._continue(view, parts, said)
        else:
            kept = continued or survives
            self._replace(parts, said, change, kept=kept, are_older=said.more or (resumed and position.seq > 0))
        if before is not None and (continued or not first):
            change.missed = (change.missed or 0) + missed
            view.unread.beyond += missed - known
            self._count(fresh, change)
        elif said.unread is not None:
            self._count_unread(parts, said, change)
        position.seq = max(said.seq, position.seq) if continued else said.seq
        if view.is_room and before is None and view.read_until == NOTHING_READ:
            view.read_until = said.seq  # what was said before we came is no news, at the next start neither
        for one, messages in parts.items():
            one.synced = True
            self._views.readdress(one, list(one.history.messages.values()) if resumed and not first else messages)
            self._views.touched.add(one)

    def _fresh(self, view: View, messages: list[Message], *, continued: bool) -> list[Message]:
        """Those messages of others that came while we were away."""
        return [one for one in messages if self._is_shown_in(view, one) and self._is_fresh(view, one, continued)]

    def _is_fresh(self, view: View, message: Message, continued: bool) -> bool:  # noqa: FBT001 - it is asked for each message
        position, known = view.position, view.history.messages.get(message.id)
        if not position.epoch:
            return known is None or known.text != message.text
        if message.id <= view.read_until or not self._people.is_heard(message):
            return False
        return known is None and position.is_newer(message) if continued else not _is_held(view, message)

    def _is_shown_in(self, view: View, message: Message) -> bool:
        """Is it there itself, and not a pointer to where it is?"""
        return message.to_id is None or self._views.of_message(message) is view

    def _held(self, parts: dict[View, list[Message]]) -> list[bool]:
        return [_is_held(view, one) for view, messages in parts.items() for one in messages]

    def _count_lost(self, parts: dict[View, list[Message]], said: Said) -> int:
        """How many of the messages that are held are not in a record that goes back to before them."""
        oldest = said.messages[0].id if said.more else 0
        lost = set()
        for view, messages in parts.items():
            still = {message.id for message in messages if _is_held(view, message)}
            lost |= {number for number in view.history.messages if number >= oldest and number not in still}
        return len(lost)

    def _continue(self, view: View, parts: dict[View, list[Message]], said: Said) -> None:
        position = view.position
        for message_id in said.deleted:
            self._outbox.deleted(message_id)
            for one in (*parts, self._views.to_you):
                self._views.remove(one, message_id, position.gone_until(said.seq))
        first = next((message.id for message in said.messages if message.id > position.seq), said.seq + 1)
        for one, messages in parts.items():
            history = one.history
            if said.more:
                history.gaps.add(position.seq + 1, first)
            for message in messages:
                if not (history.is_unloaded(message.id) or history.add(message)):
                    history.renew(message)

    def _replace(
        self, parts: dict[View, list[Message]], said: Said, change: Change, *, kept: bool, are_older: bool
    ) -> None:
        for view, messages in parts.items():
            view.history.replace(messages)
            if are_older:
                view.history.gaps.add(1, said.messages[0].id if said.messages else said.seq + 1)
            view.unread.keep_known()
            if not kept:
                rule = view.unread.clear()
                change.rule |= rule and view is self._views.shown

    def _count(self, fresh: dict[View, list[Message]], change: Change) -> None:
        for view, messages in fresh.items():
            for message in messages:
                self._views.count(view, message)
                change.missed_to_you += self._people.is_to_you(message)
            if view is self._views.shown and messages:
                change.unread_from = messages[0].id

    def _count_unread(self, parts: dict[View, list[Message]], said: Said, change: Change) -> None:
        """The server has remembered how far we had read."""
        unread = said.unread
        if unread is None or not unread.count:
            return
        fresh = {
            one: [each for each in messages if self._is_shown_in(one, each) and self._is_unread(one, each)]
            for one, messages in parts.items()
        }
        known = sum(map(len, fresh.values()))
        for one in parts:
            one.unread.away_since = (said.read or 0) + 1
        next(iter(parts)).unread.beyond += max(0, unread.count - known)
        change.missed = (change.missed or 0) + max(unread.count, known)
        self._count(fresh, change)

    def _is_unread(self, view: View, message: Message) -> bool:
        return message.id > view.read_until and self._people.is_heard(message)


def _is_held(view: View, message: Message) -> bool:
    """Is this held already? A log that was restored from a backup has another epoch, and the messages of before."""
    known = view.history.messages.get(message.id)
    return known is not None and (known.text, known.from_id, known.sent_at) == (
        message.text,
        message.from_id,
        message.sent_at,
    )
