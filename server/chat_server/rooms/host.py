"""Room host: joins the rooms of a server to its one log, its hub and its clock.

Whatever the log has kept goes one road, in its order: log -> room -> hub. What is decided by the clock goes it as well.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence

from chat_protocol.names import fold_name
from chat_server.core.entries import Draft, NewDeletion, NewMessage, entry_of
from chat_server.core.metrics import Counts
from chat_server.core.roster import Roster
from chat_server.log import Entry, LogError, MessageLog, Opened, Reset
from chat_server.rooms.alarm import ExpiryAlarm
from chat_server.rooms.clock import Clock
from chat_server.rooms.hosted_room import HostedRoom
from chat_server.rooms.registry import RoomRegistry
from chat_server.transport.connection import Connection
from chat_server.transport.hub import Hub

_log = logging.getLogger("chat_server")

_RETRY_SECONDS = 5.0
_AT_ONCE = 1_000


class RoomHost:
    """Follows the log for all rooms, and has the messages deleted that end.

    `now` is the server's clock, `spawn` runs a task beside everything else, and `counts` are the server's. `applied` is
    the number of the newest entry that was taken.
    """

    def __init__(
        self,
        rooms: RoomRegistry,
        log: MessageLog,
        hub: Hub,
        opened: Opened,
        *,
        now: Clock,
        spawn: Callable[[Coroutine[None, None, None]], object],
        counts: Counts,
    ) -> None:
        self.rooms = rooms
        self.lobby = rooms.lobby
        self.log = log
        self.hub = hub
        self.epoch = opened.epoch
        self.retained_messages = opened.retained_messages  # that the log keeps, whatever it is told
        self.now = now
        self.applied = opened.last if opened.first <= opened.last else 0
        self.deletions_in_flight: dict[str, asyncio.Future[bool]] = {}
        """By the log's key: has it come to be?"""
        self.log_failed_at: float | None = None
        """Since then nothing was kept."""
        self.trouble: str | None = None
        """Why the log can't keep anything just now, as part of a sentence."""
        self.alarm = ExpiryAlarm(rooms, now, self._expire)
        self._opened = opened
        self._tail = log.tail(self.applied)
        self._spawn = spawn
        self._counts = counts
        self._parked: list[Callable[[], None]] = []
        self._echoes: dict[int, Connection] = {}  # by number: who has said it and is not in that room

    @property
    def roster(self) -> Roster:
        """The clients of the server, and their names."""
        return self.rooms.roster

    async def load(self, name: str, resume: int | None = None) -> HostedRoom:
        """A room in memory, as `RoomRegistry.load`; what ends there is seen to from now on.

        Raises:
            LogError: when the log can't be read.
        """
        hosted = await self.rooms.load(name, resume)
        self.alarm.note(hosted)
        return hosted

    def renamed(self, client_id: str) -> None:
        """Tell it wherever this client is."""
        for hosted in self.rooms:
            if client_id in hosted.presence:
                hosted.presence.renamed(client_id)
                self.hub.roster_changed(hosted.channel)

    def position_of(self, hosted: HostedRoom) -> int:
        """The number up to which a view of a room has everything: it may have been read after the tail was."""
        return max(self.applied, hosted.timeline.applied)

    async def close(self) -> None:
        """Let go of the log; nothing is followed and nothing rings any more."""
        await self.log.close()
        self.alarm.close()

    # -- before anybody comes -----------------------------------------------------------------------------------

    async def catch_up(self) -> None:
        """Take what was kept before and delete what ended meanwhile, so that all of it is settled before anybody comes.

        Raises:
            LogError: when the log can't be read.
            ValueError: when something in it was written by no room.
        """
        await self.rooms.find_rooms()
        timeline, after = self.lobby.timeline, self._opened.replay_after
        timeline.begin_after(after)
        await self.remember_ends()
        for name in self.roster.restore(await self.log.roster(), self.now()):  # their time of grace begins now
            await self.log.release(name)
        while entries := await self.log.since("", after, _AT_ONCE):
            for entry in entries:
                self.lobby.room.apply(entry.seq, entry.draft)
            after = entries[-1].seq
        await self._follow_to(await self._delete_overdue())
        self.alarm.note_all()

    async def remember_ends(self) -> None:
        """Know what ends that is in the log and in no room's memory."""
        entries = await self.log.expiring(self.applied)
        for start in range(0, len(entries), _AT_ONCE):
            for entry in entries[start : start + _AT_ONCE]:
                room = self.rooms.get(entry.room)
                if room is None:
                    self.rooms.take_aside(entry)
                elif entry.seq <= room.timeline.forgotten:
                    room.timeline.remember_ends([(entry.seq, entry.body)])
            await asyncio.sleep(0)

    async def _delete_overdue(self) -> int:
        """Delete what has expired while there was no server; returns the number of the last deletion, or 0."""
        now = self.now()
        drafts = [("", draft) for draft in self.lobby.timeline.due(now)]
        drafts += [(room, NewDeletion(seq)) for room, seq in self.rooms.ends.due(now)]
        last = 0
        for start in range(0, len(drafts), _AT_ONCE):
            part = drafts[start : start + _AT_ONCE]
            kept = [self.log.append(entry_of(draft, None, room)) for room, draft in part]
            for (room, draft), result in zip(part, await asyncio.gather(*kept, return_exceptions=True), strict=True):
                if isinstance(result, BaseException):  # it is shown to nobody, and tried again
                    self._abandon(room, draft)
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
        while self.applied < seq:
            self._take(await anext(self._tail))

    def _take(self, batch: Sequence[Entry] | Reset) -> None:
        if isinstance(batch, Reset):
            raise RuntimeError(  # noqa: TRY004 - not a wrong type, a broken promise
                f"the log begins at {batch.first} and can't be followed from its beginning"
            )
        lobby, publish, delivered = self.lobby, self.hub.publish, self._counts.delivered
        ending: set[HostedRoom] = set()
        for entry in batch:
            hosted = lobby if not entry.room else self._room_of(entry)
            if hosted is None or entry.seq <= hosted.timeline.applied:
                continue  # nobody is there; or it came with the room, when that was read from the log
            draft, seq = entry.draft, entry.seq
            delivery = hosted.room.apply(seq, draft)
            if delivery is None:
                continue
            if type(draft) is NewMessage and draft.expires_at is not None:
                ending.add(hosted)
            delivered[type(delivery.event)] += 1
            publish(hosted.channel, delivery.event, delivery.audience)
            if self._echoes and (speaker := self._echoes.pop(seq, None)) is not None:
                self.hub.tell(speaker, delivery.event)
        if batch:
            self.applied = max(self.applied, batch[-1].seq)
        self.hub.end_batch()
        self.log_failed_at = None
        for room in ending:
            self.alarm.note(room)
        self.wake()

    def _room_of(self, entry: Entry) -> HostedRoom | None:
        """The room of an entry that is not the lobby's, where that is in memory; it is in the directory from now on."""
        self.rooms.note(entry.room, entry.seq, entry.draft)
        hosted = self.rooms.get(entry.room)
        if hosted is None:
            self.rooms.take_aside(entry)
        return hosted

    def echo_to(self, connection: Connection, seq: int) -> None:
        """Tell of entry `seq`, once it is applied, this connection, too, which is not in its room."""
        self._echoes[seq] = connection

    def forget_echoes(self, connection: Connection) -> None:
        """A connection is told nothing any more."""
        if self._echoes:
            self._echoes = {seq: speaker for seq, speaker in self._echoes.items() if speaker is not connection}

    def note_log_failure(self) -> None:
        """Remember that the log could not keep something just now."""
        self.log_failed_at = self.now()

    # -- what waits for the log ---------------------------------------------------------------------------------

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
        """How many wait."""
        return len(self._parked)

    # -- expiry and names ---------------------------------------------------------------------------------------

    def _expire(self, hosted: HostedRoom | None, now: float) -> None:
        """Have deleted what has ended in a room; None for the rooms that are not in memory."""
        if hosted is None:
            for name, seq in self.rooms.ends.due(now):
                self._delete(name, NewDeletion(seq), None)
            return
        for draft in hosted.timeline.due(now):
            self._delete(hosted.name, draft, hosted.timeline.end_of(draft.id))

    def _delete(self, room: str, draft: NewDeletion, end: float | None) -> None:
        kept = self.log.append(entry_of(draft, None, room))  # asked for once; no key has to be kept
        if not kept.done() or kept.exception():
            self._spawn(self._finish_expiry(kept, room, draft, end))
        else:
            self._observe_lag(end)

    def _observe_lag(self, end: float | None) -> None:
        """How late it was, now that the log has it: in this tick everybody is told."""
        if end is not None:
            self._counts.expiry_lag.observe(max(0.0, self.now() - end))

    async def _finish_expiry(self, kept: asyncio.Future[int], room: str, draft: NewDeletion, end: float | None) -> None:
        """Wait for the log to keep a deletion; what has expired goes, even when the log can't say so just now."""
        try:
            await kept
            self._observe_lag(end)
        except LogError:
            _log.exception("couldn't delete an expired message; trying again")
            self.note_log_failure()
            await asyncio.sleep(_RETRY_SECONDS)
            self._abandon(room, draft)

    def _abandon(self, room: str, draft: Draft) -> None:
        """The log could not keep the deletion of what has ended: it is tried again."""
        if (hosted := self.rooms.get(room)) is not None:
            hosted.room.abandon(draft)
            self.alarm.note(hosted)
        elif isinstance(draft, NewDeletion):
            self.rooms.ends.add(room, [(draft.id, 0.0)])
            self.alarm.set()

    async def release_name(self, name: str) -> None:
        """Give a name back to the log, unless it is somebody's again."""
        if self.roster.owner_of(name) is None:
            await self.log.release(fold_name(name))
