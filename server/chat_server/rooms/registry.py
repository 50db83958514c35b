"""Room registry: the rooms of a server that are in memory, how they come there, and when they go."""

import asyncio
import math
from collections.abc import Iterator

from chat_protocol.rooms import LOBBY, InvalidRoomError, check_room_name
from chat_protocol.text import clean
from chat_server.core.ends import ColdEnds
from chat_server.core.entries import Draft, NewDeletion, NewMessage, NewSettings, decode_draft
from chat_server.core.limits import BucketTable
from chat_server.core.room import CommandRefused
from chat_server.core.roster import Roster
from chat_server.log import Entry, MessageLog
from chat_server.rooms.directory import RoomDirectory
from chat_server.rooms.hosted_room import HostedRoom
from chat_server.settings import Settings

_DAY = 86_400.0
_SHOWN = 100  # characters of a path
_WARM = 200  # messages that a room comes into memory with
_STAYS = 600.0  # seconds for which a room stays that everybody has left
_UNKNOWN_STAYS = 10.0  # one in which nothing was ever said
_MOST_MESSAGES = 100_000  # of all rooms, in memory


class NoSuchRoom(CommandRefused):
    """A room that is not there, and that can't be made."""

    def __init__(self, text: str) -> None:
        super().__init__("no_such_room", text)


class RoomRegistry:
    """The rooms of a server that are in memory, by name, and the `directory` of all that there are.

    `ends` are those of messages in the other ones.
    """

    def __init__(self, settings: Settings, roster: Roster, log: MessageLog) -> None:
        self.roster = roster
        self.directory = RoomDirectory()
        self.ends = ColdEnds()
        self._settings = settings
        self._log = log
        self._makers = BucketTable(settings.new_rooms, settings.new_rooms / _DAY)
        self._keep = settings.keeping[0] or math.inf
        self.lobby = self._make("", None)
        self._rooms = {"": self.lobby}
        self._making: set[str] = set()  # something is said there for the first time, and not kept yet
        self._loading: dict[str, asyncio.Future[HostedRoom]] = {}
        self._arrived: dict[str, list[Entry]] = {}  # by the name of a room that is being loaded

    def __len__(self) -> int:
        return len(self._rooms)

    def __iter__(self) -> Iterator[HostedRoom]:
        """Go through those of now; some may come and go meanwhile."""
        return iter(list(self._rooms.values()))

    def get(self, name: str) -> HostedRoom | None:
        """A room that is in memory."""
        return self._rooms.get(name)

    # -- which room is meant ------------------------------------------------------------------------------------

    def at_path(self, path: str) -> str:
        """Return the name of the room at a path, which has no query any more.

        Raises:
            NoSuchRoom: when there can be none.
        """
        if path == "/":
            return ""
        try:
            name = check_room_name(path.removeprefix("/"))
        except InvalidRoomError:
            shown = clean(path)[:_SHOWN]
            raise NoSuchRoom(f"There is no room {shown} here; connect to / for the lobby.") from None
        self.must_be_open(name)
        return self.named(name)

    @staticmethod
    def named(name: str) -> str:
        """The key of a room that people call so."""
        return "" if name == LOBBY else name

    def must_be_open(self, name: str) -> None:
        """Refuse a room that is not there and can't be made.

        Raises:
            NoSuchRoom: with a sentence for the person who asked for it.
        """
        if name in {"", LOBBY} or name in self.directory or name in self._rooms:
            return
        if self._settings.rooms == "closed":
            raise NoSuchRoom(f"There is no room {name} here.")
        if len(self.directory) + self._unknown >= self._settings.max_rooms:
            raise NoSuchRoom(f"There is no room {name} here, and there are too many rooms to make another.")

    def may_make(self, name: str, maker: str, now: float) -> bool:
        """May something be said or set in a room by somebody who has made others? Each new one counts for them."""
        if not name or name in self.directory or name in self._making:
            return True
        bucket = self._makers.hold(maker, now)
        may = not bucket.take(now)
        self._makers.let_go(maker, now)
        if may:
            self._making.add(name)
        return may

    @property
    def _unknown(self) -> int:
        """Rooms in memory in which nothing was said yet, at least."""
        return max(0, len(self._rooms) + len(self._loading) - 1 - len(self.directory))

    # -- into memory and out of it ------------------------------------------------------------------------------

    def open(self, name: str) -> HostedRoom | None:
        """A room that can be had at once: it is in memory, or there is nothing to be read."""
        room = self._rooms.get(name)
        if room is None and name not in self.directory and name not in self._loading:
            room = self._rooms[name] = self._make(name, self.lobby)
        return room

    async def load(self, name: str, resume: int | None = None) -> HostedRoom:
        """A room in memory, read from the log where it was not there: its newest messages, or all after `resume`.

        Raises:
            LogError: when the log can't be read.
        """
        while (room := self.open(name)) is None:
            if (loading := self._loading.get(name)) is not None:
                await asyncio.wait([loading])
                continue
            loading = self._loading[name] = asyncio.get_running_loop().create_future()
            self._arrived[name] = []
            try:
                room = await self._read(name, resume)
                for entry in self._arrived[name]:
                    if entry.seq > room.timeline.applied:
                        room.room.apply(entry.seq, entry.draft)
                self._rooms[name] = room
            finally:
                del self._loading[name], self._arrived[name]
                loading.cancel()
        return room

    async def _read(self, name: str, resume: int | None) -> HostedRoom:
        room = self._make(name, self.lobby)
        timeline, most = room.timeline, self._settings.history
        after = await self._log.replay_point(name, min(_WARM, most))
        entries = None
        if resume is not None and resume < after:
            entries = await self._log.since(name, resume, most)
            after = resume if entries is not None and len(entries) < most else after
        if after != resume:
            entries = await self._log.since(name, after, 2 * most)
        while entries is None:  # the log has been cut since it said from where
            after = await self._log.replay_point(name, min(_WARM, most))
            entries = await self._log.since(name, after, 2 * most)
        timeline.begin_after(after)
        known = self.directory.get(name)
        if known is not None and known.settings is not None:
            room.room.settings = known.settings
        for entry in entries:
            room.room.apply(entry.seq, entry.draft)
        for seq, when in self.ends.take(name):
            timeline.remember_end(seq, when)
        return room

    def _make(self, name: str, lobby: HostedRoom | None) -> HostedRoom:
        settings = self._settings
        return HostedRoom(
            name,
            self.roster,
            history=settings.history,
            keep=self._keep,
            max_text=settings.max_text,
            max_lines=settings.max_lines,
            direct=None if lobby is None else lobby.timeline,
        )

    def take_aside(self, entry: Entry) -> None:
        """An entry of a room that is not in memory: keep it for one that is being loaded; know what ends there."""
        if (arrived := self._arrived.get(entry.room)) is not None:
            arrived.append(entry)
            return
        draft = entry.draft
        if isinstance(draft, NewDeletion):
            self.ends.forget(entry.room, draft.id)
        elif isinstance(draft, NewMessage) and draft.expires_at is not None:
            self.ends.add(entry.room, [(entry.seq, draft.expires_at)])

    def note(self, name: str, seq: int, draft: Draft) -> None:
        """Something was said, or set, in a room other than the lobby."""
        self._making.discard(name)
        if isinstance(draft, NewMessage):
            known = self.directory.note(name)
            known.last, known.last_at = seq, draft.sent_at
        elif isinstance(draft, NewSettings):
            self.directory.note(name).settings = draft

    async def find_rooms(self) -> None:
        """Take from the log which rooms there are.

        Raises:
            LogError: when the log can't be read.
        """
        for record in await self._log.rooms():
            draft = decode_draft(record.settings) if record.settings is not None else None
            settings = draft if isinstance(draft, NewSettings) else None
            if record.name:
                self.directory.note(record.name).settings = settings
            elif settings is not None:
                self.lobby.room.settings = settings

    def tidy(self, now: float) -> None:
        """Let go of rooms that everybody has left long ago, and of messages beyond what may be in memory."""
        total = 0
        for room in self:
            if not room.is_lobby and room.deserted:
                stays = _STAYS if room.name in self.directory else _UNKNOWN_STAYS
                if now - room.idle_since >= stays:
                    self._let_go(room)
                    continue
            total += len(room.timeline)
        if total > (most := max(_MOST_MESSAGES, self._settings.history)):
            self._shrink(total - most)

    def _shrink(self, surplus: int) -> None:
        """First rooms without people, the longest deserted first; then the oldest messages of the others."""
        others = [room for room in self if not room.is_lobby]
        for room in sorted(others, key=lambda room: (not room.deserted, room.idle_since)):
            if surplus <= 0:
                return
            surplus -= len(room.timeline)
            if room.deserted:
                self._let_go(room)
            else:
                room.timeline.shrink(_WARM)
                surplus += len(room.timeline)

    def _let_go(self, room: HostedRoom) -> None:
        del self._rooms[room.name]
        room.channel.close()
        self.ends.add(room.name, room.timeline.ends())
