"""Hosted room: what there is of one room in memory, its rules and messages joined to its people."""

from chat_protocol.rooms import room_field
from chat_server.core.presence import Presence
from chat_server.core.room import Room
from chat_server.core.roster import Roster
from chat_server.core.sync import SyncBuilder
from chat_server.core.timeline import Timeline
from chat_server.transport.channel import Channel


class HostedRoom:
    """A room in memory. `name` is "" for the lobby, whose timeline has the direct messages, too.

    `direct` is that timeline, None for the lobby itself. `idle_since` is when the last one has left; `users` counts
    those who are at work with it, so that it stays.
    """

    __slots__ = ("alarm_at", "channel", "idle_since", "name", "presence", "room", "sync", "timeline", "users")

    def __init__(
        self,
        name: str,
        roster: Roster,
        *,
        history: int,
        keep: float,
        max_text: int,
        max_lines: int,
        direct: Timeline | None = None,
    ) -> None:
        self.name = name
        self.timeline = Timeline(history=history, keep=keep, room=room_field(name))
        self.room = Room(self.timeline, roster, max_text=max_text, max_lines=max_lines)
        self.presence = Presence(roster, room_field(name))
        self.sync = SyncBuilder(self.room, self.presence, direct)
        self.channel = Channel(self.presence.take_changes)
        self.idle_since = 0.0
        self.alarm_at: float | None = None
        """For when the room's next end is noted."""
        self.users = 0

    @property
    def is_lobby(self) -> bool:
        """Is it where those are who ask for no room?"""
        return not self.name

    @property
    def deserted(self) -> bool:
        """Is nobody here, and nobody at work with it?"""
        return not self.channel.members and not self.users
