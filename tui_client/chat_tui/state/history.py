"""Message history: the messages that this client holds, ascending, bounded, and none longer than it may live. Pure.

What happens is gathered until `take_changes`, so that a burst is drawn once: a message that came and went in between
was never there.
"""

import heapq
from bisect import bisect_left
from collections.abc import Collection, Iterable
from itertools import islice

from chat_protocol.events import Message, MessageState
from chat_tui.state.change import Change
from chat_tui.state.gaps import Gap, Gaps

_STALE_ALARMS = 1024
_NUMBERS = 1 << 60
"""Message ids are below this and above 0: a picture of the messages uses all others for something else."""
_ALL = 1 << 62
"""Above every id."""


class MessageHistory:
    """At most `limit` messages; the oldest go first, but for what is being read.

    `gaps` are where there may be messages that are not held. `reading` is the id of the message at the top of the
    screen, None at the end of all.
    """

    def __init__(self, limit: int) -> None:
        self.messages: dict[int, Message] = {}
        self.gaps = Gaps()
        self.reading: int | None = None
        self.limit = limit
        self._order: list[int] = []  # the ids, ascending but for what `take_changes` has not sorted yet
        self._unordered = False
        self._replaced = False
        self._inserted: set[int] = set()
        self._changed: set[int] = set()  # what was here before, and looks different now
        self._vanished: set[int] = set()  # what a replacement has ended, or put another message in its place
        self._was_here: dict[int, bool] = {}  # what was touched since the last `take_changes`: was it here before?
        self._gone: dict[int, int] = {}  # message id -> seq up to which it stays gone
        self._alarms: list[tuple[float, int]] = []  # (when, message id); may name what has gone meanwhile

    def replace(self, messages: Iterable[Message]) -> None:
        """Hold exactly these messages; what was deleted before means nothing any more."""
        before, self.messages = self.messages, {}
        self._order.clear()
        self.gaps.clear()
        self._inserted.clear()
        self._vanished.update(self._changed, (number for number, here in self._was_here.items() if here))
        self._changed.clear()
        self._gone.clear()
        self._alarms.clear()
        for message in messages:
            self.add(message)
        self._vanished.update(number for number, held in before.items() if self.messages.get(number) != held)
        self._was_here.clear()
        self._replaced = True

    def add(self, message: Message) -> bool:
        """Take a message; False when it is here already, is gone and not newer than its end, or has no fit number."""
        newest = next(reversed(self.messages), 0)
        if not self._take(message):
            return False
        if message.id < newest:
            self._unordered = True
            self.gaps.fill(message.id, message.id + 1)
        return True

    def renew(self, state: MessageState) -> None:
        """Take the newer state of a message that is held, in its place; one that is not newer changes nothing."""
        held = self.messages.get(state.id)
        if held is None or (message := state.applied_to(held)) is held:
            return
        self.messages[message.id] = message
        self._changed.add(message.id)
        if message.expires_at is not None and message.expires_at != held.expires_at:
            heapq.heappush(self._alarms, (message.expires_at, message.id))

    def insert(
        self, messages: Iterable[Message], start: int, stop: int, *, without: Collection[int] = ()
    ) -> list[Message]:
        """Take a page: all that there is from id `start` on and below `stop`. Returns what was not known.

        What lies in no gap is held already, or is gone; what is to be left out (`without`) stays in one.
        """
        fresh = [message for message in messages if self.gaps.holds(message.id) and start <= message.id < stop]
        fresh = [message for message in fresh if message.id not in without and self._take(message)]
        unknown = [number for number in without if self.gaps.holds(number)]
        self.gaps.fill(start, stop)
        for number in unknown:
            self.gaps.add(number, number + 1)
        self._inserted.update(message.id for message in fresh)
        self._sort()
        return fresh

    def _take(self, message: Message) -> bool:
        if not 0 < message.id < _NUMBERS:
            return False
        if message.id in self.messages or message.seq <= self._gone.get(message.id, -1):
            return False
        self._was_here.setdefault(message.id, False)
        self.messages[message.id] = message
        self._order.append(message.id)
        if message.expires_at is not None:
            heapq.heappush(self._alarms, (message.expires_at, message.id))
        return True

    def _sort(self) -> None:
        self._order = sorted(self.messages)  # mostly of two runs, which are merged in one go
        self.messages = {number: self.messages[number] for number in self._order}

    def remove(self, message_id: int, gone_until: int) -> None:
        """Forget a message; it does not come back with a seq up to `gone_until`.

        One in a gap is told as removed as well: a reply to it may be shown.
        """
        unheard_of = message_id not in self._gone
        self._gone[message_id] = gone_until
        if self.messages.pop(message_id, None) is not None:
            self._was_here.setdefault(message_id, True)
            if not self._unordered:
                del self._order[bisect_left(self._order, message_id)]
        elif unheard_of and self.gaps.holds(message_id):
            self._was_here.setdefault(message_id, True)

    def expire(self, server_now: float, gone_until: int) -> list[int]:
        """Forget what has reached its end by `server_now`, in seconds on the server's clock; returns the ids."""
        gone = []
        while (when := self.next_expiry()) is not None and when <= server_now:
            gone.append(heapq.heappop(self._alarms)[1])
            self.remove(gone[-1], gone_until)
        return gone

    def next_expiry(self) -> float | None:
        """When the next message ends, in seconds on the server's clock; None for never."""
        while self._alarms and not self._rings(*self._alarms[0]):
            heapq.heappop(self._alarms)
        return self._alarms[0][0] if self._alarms else None

    def _rings(self, when: float, message_id: int) -> bool:
        message = self.messages.get(message_id)
        return message is not None and message.expires_at == when

    def first_from(self, message_id: int) -> int | None:
        """The oldest message that is not older than `message_id`."""
        if message_id in self.messages:
            return message_id
        return next((number for number in self.messages if number > message_id), None)

    def before(self, message_id: int) -> Message | None:
        """The message before one, None before the first; in order since the last `take_changes`."""
        at = bisect_left(self._order, message_id)
        return self.messages.get(self._order[at - 1]) if at else None

    def after(self, message_id: int) -> int | None:
        """The id after one that is held; None after the last; in order since the last `take_changes`."""
        at = bisect_left(self._order, message_id) + 1
        return self._order[at] if at < len(self._order) else None

    def is_unloaded(self, message_id: int) -> bool:
        """May there be a message with this id, for whoever asks?"""
        return self.gaps.holds(message_id) and message_id not in self._gone

    # -- where there may be others ------------------------------------------------------------------------------

    def gap_above(self, message_id: int) -> Gap | None:
        """Where, between a message that is held and the one before it, there may be others; the newest such place."""
        before = self.before(message_id)
        return self.gaps.newest_between(0 if before is None else before.id, message_id)

    def gap_below(self, message_id: int) -> Gap | None:
        """The same between a message that is held and the one after it; the oldest such place."""
        after = self.after(message_id)
        return self.gaps.oldest_between(message_id, _ALL if after is None else after)

    def gap_around(self, message_id: int) -> Gap | None:
        """Where a message is that is not held, as far as it may be anywhere."""
        return self.gaps.around(message_id) if self.is_unloaded(message_id) else None

    @property
    def last_gap(self) -> Gap | None:
        """The place below all that is held, where there may be others: those above the end, which are gone."""
        return self.gaps.newest_between(next(reversed(self.messages), 0), _ALL)

    @property
    def more(self) -> bool:
        """Were there older messages than these?"""
        return self.gap_above(next(iter(self.messages), _ALL)) is not None

    # -- changes ------------------------------------------------------------------------------------------------

    def touch(self, numbers: Iterable[int]) -> None:
        """These messages look different, by something that is not in them; those that are not held don't matter."""
        self._changed.update(numbers)

    def take_changes(self, change: Change) -> None:
        """Bring everything into order and within its bounds, and tell what has changed since the last time."""
        if self._replaced or self._unordered:
            change.reset = True
        if self._unordered:
            self._sort()
        self._keep_bounds()
        messages = self.messages
        touched, self._was_here = self._was_here, {}
        vanished, self._vanished = self._vanished, set()
        inserted, self._inserted = self._inserted, set()
        self._unordered = self._replaced = False
        change.added = sorted(number for number in touched if number in messages and number not in inserted)
        change.inserted = sorted(number for number in inserted if number in messages)
        change.removed = sorted(vanished.union(number for number, here in touched.items() if here))
        if self._changed:
            changed, self._changed = self._changed, set()
            change.changed = sorted(number for number in changed if number in messages and number not in touched)

    def _keep_bounds(self) -> None:
        if (surplus := len(self.messages) - self.limit) > 0:
            self._let_go(surplus)
        if (surplus := len(self._gone) - self.limit) > 0:
            for message_id in list(islice(self._gone, surplus)):
                del self._gone[message_id]
        if len(self._alarms) > 2 * len(self.messages) + _STALE_ALARMS:
            self._alarms = list({alarm for alarm in self._alarms if self._rings(*alarm)})
            heapq.heapify(self._alarms)

    def _let_go(self, surplus: int) -> None:
        """The oldest go; but of what is being read, and of what is near it, nothing: then what is newer than that."""
        near = self.limit // 4
        at = len(self._order) if self.reading is None else bisect_left(self._order, self.reading)
        first, last = max(0, at - near), at + near
        oldest = min(surplus, first)
        if self.reading is None or last + surplus - oldest > len(self._order):
            oldest = surplus
        self._drop(last, last + surplus - oldest)
        self._drop(0, oldest)

    def _drop(self, first: int, last: int) -> None:
        """Let messages go by their places in the order; who asks for them gets them again."""
        gone = self._order[first:last]
        for message_id in gone:
            del self.messages[message_id]
            self._was_here.setdefault(message_id, True)
        if gone:
            self.gaps.add(gone[0], gone[-1] + 1)
            del self._order[first:last]
