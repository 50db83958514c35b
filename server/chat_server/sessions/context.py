"""Server context: what a server has once, and every session of it works with."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from chat_protocol.commands import LIFETIME_MAX, LIFETIME_MIN, MOST_ROOMS
from chat_protocol.names import NAME_LENGTH
from chat_server.core.limits import ClientRates
from chat_server.core.metrics import Counts
from chat_server.rooms.clock import Clock
from chat_server.rooms.host import RoomHost
from chat_server.rooms.registry import RoomRegistry
from chat_server.settings import Settings
from chat_server.transport.registry import ConnectionRegistry


@dataclass(slots=True)
class ServerContext:
    """Settings, clock, tasks, connections and rooms of one server. `spawn` runs a task beside everything else."""

    settings: Settings
    now: Clock
    spawn: Callable[[Coroutine[None, None, None]], object]
    counts: Counts
    connections: ConnectionRegistry
    host: RoomHost
    rates: ClientRates
    stopping: bool = False

    @property
    def rooms(self) -> RoomRegistry:
        """The rooms that are in memory."""
        return self.host.rooms

    def limits(self) -> dict[str, float]:
        """Limits that a client may want to know before it is refused."""
        settings = self.settings
        limits: dict[str, float] = {
            "text": settings.max_text,
            "lines": settings.max_lines,
            "frame": settings.max_frame,
            "name": NAME_LENGTH,
            "temp_min": LIFETIME_MIN,
            "temp_max": LIFETIME_MAX,
            "rooms": MOST_ROOMS,
            "rooms_in_all": settings.max_rooms,
        }
        seconds, messages = settings.keeping
        if kept := [number for number in (messages, self.host.retained_messages) if number is not None]:
            limits["history"] = min(kept)
        if seconds is not None:
            limits["keep"] = seconds
        if settings.rate:
            limits["burst"], limits["rate"] = settings.rate
        return limits
