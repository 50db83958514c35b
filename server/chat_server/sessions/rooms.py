"""Rooms of a session: joins and leaves them, and tells which rooms there are and who is in one."""

from collections.abc import Mapping

from chat_protocol.commands import MOST_ROOMS, Join, Leave, ListPeople, ListRooms, MarkRead, RoomPlace
from chat_protocol.events import MOST_NUMBER, Client, LeftRoom, PeoplePage, ReadPlace, Refusal, RoomsPage, RoomState
from chat_protocol.rooms import room_field
from chat_server.core.entries import NewMessage
from chat_server.rooms.directory import KnownRoom
from chat_server.rooms.registry import NoSuchRoom
from chat_server.sessions.session import Session
from chat_server.transport.write_buffer import Stage

_NEWEST = MOST_NUMBER + 1
_ROOMS_AT_ONCE = 100  # in one answer to /rooms
_PEOPLE_AT_ONCE = 200  # in one answer to /who
_BYTES_AT_ONCE = 262_144  # that the peer has to take before the next rooms of a /join


async def join_rooms(session: Session, command: Join) -> None:
    """Have this connection told what is said in rooms; each is answered with a view of it, as fast as they are read."""
    written = 0
    read = await session.read_places()
    for place in command.places:
        try:
            view_bytes = await _join(session, place, read, command.txn)
        except NoSuchRoom as refused:
            session.refuse(Refusal(refused.code, refused.text, command.txn))
            continue
        written += view_bytes
        if written >= _BYTES_AT_ONCE:
            session.host.hub.write_pending()
            await session.drained()
            written = 0
        if session.connection.stage is not Stage.OPEN:
            return


async def _join(session: Session, place: RoomPlace, read: Mapping[str, int], txn: str | None) -> int:
    """Join one room; returns how many bytes its messages are. `read` are the places that are read, by room.

    Raises:
        NoSuchRoom: when it is not there, and can't be.
        LogError: when the log can't be read.
    """
    rooms = session.host.rooms
    rooms.must_be_open(place.room)
    hosted = await session.host.load(rooms.named(place.room), place.seq)
    is_in = session.is_in(hosted)
    if not is_in and len(session.rooms()) >= MOST_ROOMS:
        session.refuse(Refusal("too_many_rooms", f"You can be in at most {MOST_ROOMS} rooms at once.", txn))
        return 0
    if session.connection.stage is not Stage.OPEN:
        return 0
    if not is_in:
        hosted.presence.enter(session.client_id)
    view = hosted.sync.view(
        Client(session.client_id, session.host.roster.name_of(session.client_id) or session.client_id),
        now=session.context.now(),
        position=session.host.position_of(hosted),
        resume=place.seq,
        read=read.get(hosted.name),
        txn=txn,
    )
    if is_in:
        session.host.hub.tell(session.connection, view)
    else:
        session.enter(hosted, view)
    return len(view.messages) + len(view.here)


def leave_rooms(session: Session, command: Leave) -> None:
    """Have it told no more."""
    for name in command.rooms:
        hosted = (session.joined or {}).get(session.room(name))
        if hosted is not None:
            session.quit(hosted)
            session.tell(LeftRoom(hosted.timeline.room, command.txn))
        elif session.home.name == session.room(name):
            why = f"You are connected to {name}; /exit leaves it."
            session.refuse(Refusal("bad_argument", why, command.txn))
        else:
            session.refuse(Refusal("not_joined", f"You are not in {name}.", command.txn))


async def list_rooms(session: Session, command: ListRooms) -> None:
    """Tell which rooms there are, and what of each."""
    rooms = session.host.rooms
    names = []
    for name in rooms.directory.beginning_with(command.beginning, command.after):
        names.append(name)
        if len(names) > _ROOMS_AT_ONCE:
            break
    states = []
    for name in names[:_ROOMS_AT_ONCE]:
        known = rooms.directory.note(name)
        if known.last is None:
            await _look_up(session, name, known)
        hosted = rooms.get(name)
        topic = known.settings.topic if known.settings is not None else ""
        people = len(hosted.presence) if hosted is not None else 0
        states.append(RoomState(name, people, known.last or 0, known.last_at, topic))
    session.tell(RoomsPage(tuple(states), len(names) > _ROOMS_AT_ONCE, command.txn))


async def _look_up(session: Session, name: str, known: KnownRoom) -> None:
    """Ask the log for a room's newest message; one that comes meanwhile is newer."""
    entry = next(iter(await session.host.log.page(_NEWEST, 1, "", room=name)), None)
    if known.last is None:
        known.last, known.last_at = 0, None
        if entry is not None and isinstance(draft := entry.draft, NewMessage):
            known.last, known.last_at = entry.seq, draft.sent_at


def list_people(session: Session, command: ListPeople) -> None:
    """Tell who is in a room."""
    name = session.room(command.room)
    try:
        session.host.rooms.must_be_open(name)
    except NoSuchRoom as refused:
        session.refuse(Refusal(refused.code, refused.text, command.txn))
        return
    hosted = session.host.rooms.get(name)
    people = hosted.presence.clients(command.after, _PEOPLE_AT_ONCE + 1) if hosted is not None else ()
    more = len(people) > _PEOPLE_AT_ONCE
    session.tell(PeoplePage(people[:_PEOPLE_AT_ONCE], more, room_field(name), command.txn))


async def mark_read(session: Session, command: MarkRead) -> None:
    """Remember how far a client has read in a room, and tell its other connections. Without a secret nobody comes back.

    No more than there is can have been read.
    """
    host = session.host
    name = session.room(command.room)
    hosted = host.rooms.get(name)
    if not session.connection.has_secret or hosted is None:
        return
    seq = min(command.id, host.position_of(hosted))
    await host.log.set_place(session.client_id, name, seq)
    for connection in host.hub.connections_of(session.client_id):
        if connection is not session.connection:
            host.hub.tell(connection, ReadPlace(seq, hosted.timeline.room))
