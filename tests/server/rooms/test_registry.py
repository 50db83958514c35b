"""Rooms that come into memory while something happens to the log."""

from chat_server.core.entries import NewMessage, entry_of
from chat_server.core.roster import Roster
from chat_server.log.memory import MemoryLog
from chat_server.rooms.registry import RoomRegistry
from chat_server.settings import Settings


class CutMeanwhile(MemoryLog):
    """A log that is cut right after it has said from where a room is to be read."""

    cuts = 1

    async def replay_point(self, room, count):
        """As the log does; then all but the newest two go."""
        point = await super().replay_point(room, count)
        if self.cuts:
            self.cuts -= 1
            await self.prune(newest=2)
        return point


async def test_a_room_that_is_read_while_the_log_is_cut_has_what_is_left():
    """It asks again from where, and is not empty."""
    log = CutMeanwhile(history=100)
    await log.open()
    for number in range(6):
        await log.append(entry_of(NewMessage(f"m{number}", "~ana", "ana", 1.0), None, "dev"))
    rooms = RoomRegistry(Settings(), Roster(0.0), log)
    await rooms.find_rooms()
    room = await rooms.load("dev")
    assert [message.text for message in room.timeline.newest_first("~bob", 0.0, 0)] == ["m5", "m4"]
    await log.close()
