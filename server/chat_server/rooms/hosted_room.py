"""Hosted room: the rules of a room joined to its log, its hub and its clock.

Whatever the log has kept goes one road, in its order: log -> room -> hub. What is decided by the clock goes it as well.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence

from chat_protocol.names import fold_name
from chat_server.core.entries import NewDeletion, entry_of
from chat_server.core.metrics import Counts
from chat_server.core.room import Room
from chat_server.core.sync import SyncBuilder
from chat_server.core.timeline import Timeline
from chat_server.log import Entry, LogError, MessageLog, Opened, Reset
from chat_server.rooms.clock import Clock
from chat_server.transport.hub import Hub

_log = logging.getLogger("chat_server")

_LONGEST_ALARM = 3600.0
_RETRY_SECONDS = 5.0
_AT_ONCE = 1_000


class HostedRoom:
    """A room, its log, its hub, and the expiry alarm.

    `now` is the server's clock, `spawn` runs a task beside everything else, and `counts` are the server's.
    """

    def __init__(
        self,
        timeline: Timeline,
        room: Room,
        log: MessageLog,
        hub: Hub,
        opened: Opened,
        *,
        now: Clock,
        spawn: Callable[[Coroutine[None, None, None]], object],
        counts: Counts,
    ) -> None:
        self.timeline = timeline
        self.room = room
        self.sync = SyncBuilder(timeline, room.roster)
        self.log = log
        self.hub = hub
        self.epoch = opened.epoch
        self.retained_messages = opened.retained_messages  # that the log keeps, whatever it is told
        self.now = now
        self.deletions_in_flight: dict[str, asyncio.Future[bool]] = {}
        """By the log's key: has it come to be?"""
        self.log_failed_at: float | None = None
        """Since then nothing was kept."""
        self.trouble: str | None = None
        """Why the log can't keep anything just now, as part of a sentence."""
        self._opened = opened
        self._tail = log.tail(opened.replay_after)
        self._spawn = spawn
        self._counts = counts
        self._parked: list[Callable[[], None]] = []
        self._alarm: asyncio.TimerHandle | None = None

    async def close(self) -> None:
        """Let go of the log; nothing is followed and nothing rings any more."""
        await self.log.close()
        if self._alarm:
            self._alarm.cancel()

    # -- before anybody comes -----------------------------------------------------------------------------------

    async def catch_up(self) -> None:
        """Take what was kept before and delete what ended meanwhile, so that all of it is settled before anybody comes.

        Raises:
            LogError: when the log can't be read.
            ValueError: when something in it was written by no room.
        """
        opened = self._opened
        self.timeline.begin_after(opened.replay_after)
        await self.remember_ends(opened.replay_after)
        for name in self.room.roster.restore(await self.log.roster(), self.now()):  # their time of grace begins now
            await self.log.release(name)
        await self._follow_to(opened.last if opened.first <= opened.last else 0)
        await self._follow_to(await self._delete_overdue())

    async def remember_ends(self, until: int) -> None:
        """Tell the room which messages up to a number have an end, though it was not told of the messages."""
        entries = await self.log.expiring(until)
        for start in range(0, len(entries), _AT_ONCE):
            self.timeline.remember_ends((entry.seq, entry.body) for entry in entries[start : start + _AT_ONCE])
            await asyncio.sleep(0)

    async def _delete_overdue(self) -> int:
        """Delete what has expired while there was no server; returns the number of the last deletion, or 0."""
        drafts = self.timeline.due(self.now())
        last = 0
        for start in range(0, len(drafts), _AT_ONCE):
            kept = [self._delete(draft) for draft in drafts[start : start + _AT_ONCE]]
            for draft, result in zip(drafts[start:], await asyncio.gather(*kept, return_exceptions=True), strict=False):
                if isinstance(result, BaseException):  # it is shown to nobody, and tried again
                    self.room.abandon(draft)
                    self.note_log_failure()
                    _log.warning("couldn't delete an expired message: %s", result)
                else:
                    last = max(last, result)
        return last

    # -- log -> room -> hub -------------------------------------------------------------------------------------

    async def follow(self) -> None:
        """Apply and publish whatever the log has kept, for ever."""
        async for batch in self._tail:
            self._take(batch)

    async def _follow_to(self, seq: int) -> None:
        """As far as this number, which the log has kept."""
        while self.timeline.applied < seq:
            self._take(await anext(self._tail))

    def _take(self, batch: Sequence[Entry] | Reset) -> None:
        if isinstance(batch, Reset):
            raise RuntimeError(  # noqa: TRY004 - not a wrong type, a broken promise
                f"the log begins at {batch.first} and can't be followed from its beginning"
            )
        apply, publish = self.room.apply, self.hub.publish
        before_us, delivered = self._opened.last, self._counts.delivered
        for entry in batch:
            seq = entry.seq
            delivery = apply(seq, entry.draft)
            if delivery is not None:
                if seq > before_us:
                    delivered[type(delivery.event)] += 1
                publish(delivery.event, delivery.audience)
        self.hub.end_batch()
        self.log_failed_at = None
        self.schedule_expiry()
        self.wake()

    def note_log_failure(self) -> None:
        """Remember that the log could not keep something just now."""
        self.log_failed_at = self.now()

    # -- what waits for the room --------------------------------------------------------------------------------

    def park(self, resume: Callable[[], None]) -> None:
        """Call this when more of the log has been applied, or could not be kept: at the next `wake`."""
        self._parked.append(resume)

    def wake(self) -> None:
        """Have everything that was parked look again."""
        if self._parked:
            parked, self._parked = self._parked, []
            for resume in parked:
                resume()

    @property
    def parked(self) -> int:
        """How many wait for the room."""
        return len(self._parked)

    # -- expiry and names ---------------------------------------------------------------------------------------

    def schedule_expiry(self) -> None:
        """Set the one alarm for whatever is due next."""
        due = self.timeline.next_due()
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None
        if due is not None:
            wait = min(max(0.0, due - self.now()), _LONGEST_ALARM)
            self._alarm = asyncio.get_running_loop().call_later(wait, self._expire)

    def _expire(self) -> None:
        for draft in self.timeline.due(self.now()):
            kept = self._delete(draft)
            if not kept.done() or kept.exception():
                self._spawn(self._finish_expiry(kept, draft))
            else:
                self._observe_lag(self.timeline.end_of(draft.id))
        self.schedule_expiry()

    def _delete(self, draft: NewDeletion) -> asyncio.Future[int]:
        """Have the log keep the deletion of what has expired. The room asks for it once; no key has to be kept."""
        return self.log.append(entry_of(draft))

    def _observe_lag(self, end: float | None) -> None:
        """How late it was, now that the log has it: in this tick everybody is told."""
        if end is not None:
            self._counts.expiry_lag.observe(max(0.0, self.now() - end))

    async def _finish_expiry(self, kept: asyncio.Future[int], draft: NewDeletion) -> None:
        """Wait for the log to keep a deletion; what has expired goes, even when the log can't say so just now."""
        end = self.timeline.end_of(draft.id)
        try:
            await kept
            self._observe_lag(end)
        except LogError:
            _log.exception("couldn't delete an expired message; trying again")
            self.note_log_failure()
            await asyncio.sleep(_RETRY_SECONDS)
            self.room.abandon(draft)
            self.schedule_expiry()

    async def release_name(self, name: str) -> None:
        """Give a name back to the log, unless it is somebody's again."""
        if self.room.roster.owner_of(name) is None:
            await self.log.release(fold_name(name))
