"""What every session of one room works with."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field

from chat_protocol.commands import LIFETIME_MAX, LIFETIME_MIN
from chat_protocol.names import NAME_LENGTH, fold_name
from chat_server.core.limits import Admission, PendingHandshakes
from chat_server.core.metrics import Counts
from chat_server.core.room import Room
from chat_server.core.sync import SyncBuilder
from chat_server.core.timeline import Timeline
from chat_server.log import MessageLog
from chat_server.settings import Settings
from chat_server.transport.connection import Answer, Connection
from chat_server.transport.hub import Hub
from chat_server.transport.read_scheduler import ReadScheduler


class Participant(Connection):
    """A connection whose lines are worked on one after the other."""

    __slots__ = ()

    @property
    def busy(self) -> bool:
        """Is a line being worked on, or not shown yet?"""
        raise NotImplementedError

    def resume(self) -> None:
        """What a line waited for has happened: go on with those that came meanwhile."""
        raise NotImplementedError


@dataclass(slots=True)
class Service:
    """What every session of one room works with."""

    settings: Settings
    epoch: str
    timeline: Timeline
    room: Room
    sync: SyncBuilder
    log: MessageLog
    hub: Hub
    turns: ReadScheduler
    admission: Admission
    now: Callable[[], float]
    spawn: Callable[[Coroutine[None, None, None]], object]
    pending_handshakes: PendingHandshakes[Participant] = field(init=False)
    sessions: set[Participant] = field(default_factory=set)
    empty: asyncio.Event = field(default_factory=asyncio.Event)  # there is no session
    parked: list[Participant] = field(default_factory=list)
    deletions_in_flight: dict[str, asyncio.Future[bool]] = field(
        default_factory=dict
    )  # by the log's key: has it come to be?
    retained_messages: int | None = None  # messages that the log keeps, whatever it is told
    stopping: bool = False
    counts: Counts = field(default_factory=Counts)
    log_failed_at: float | None = None  # since then nothing was kept
    page: Callable[[str], Answer | None] = lambda _path: None  # what plain HTTP gets on the chat's port

    def __post_init__(self) -> None:
        self.pending_handshakes = PendingHandshakes(self.admission.most_handshakes)

    def wake(self) -> None:
        """Sessions that waited for the room look again."""
        waiting, self.parked = self.parked, []
        for session in waiting:
            session.resume()

    async def release(self, name: str) -> None:
        """Give a name back to the log, unless it is somebody's again."""
        if self.room.roster.owner_of(name) is None:
            await self.log.release(fold_name(name))

    def limits(self) -> dict[str, float]:
        """What a client may want to know before it is refused."""
        settings = self.settings
        limits: dict[str, float] = {
            "text": settings.max_text,
            "lines": settings.max_lines,
            "frame": settings.max_frame,
            "name": NAME_LENGTH,
            "temp_min": LIFETIME_MIN,
            "temp_max": LIFETIME_MAX,
        }
        seconds, messages = settings.keeping
        if kept := [number for number in (messages, self.retained_messages) if number is not None]:
            limits["history"] = min(kept)
        if seconds is not None:
            limits["keep"] = seconds
        if settings.rate:
            limits["burst"], limits["rate"] = settings.rate
        return limits
