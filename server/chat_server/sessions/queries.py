"""History and search: what a client is told that asks the log for stored messages."""

from collections.abc import Collection, Sequence
from functools import partial

from chat_protocol import events
from chat_protocol.commands import FetchHistory, Search
from chat_protocol.events import encode_event
from chat_protocol.queries import Query, Term, parse_query
from chat_protocol.words import words_of
from chat_server.core.entries import NewMessage
from chat_server.core.room import CommandRefused
from chat_server.core.sync import PAGE_BYTES
from chat_server.log import Entry
from chat_server.sessions.session import Session

_FOUND_AT_ONCE = 20  # messages that one answer to /search holds


async def answer_history(session: Session, command: FetchHistory) -> None:
    """Tell the page of messages before a number."""
    name = session.room(command.room)
    session.host.rooms.must_be_open(name)
    hosted = await session.host.load(name)
    beside = command.room is None and not hosted.is_lobby
    entries = await session.host.log.page(
        command.before, command.count + 1, session.client_id, room=name, with_direct=beside
    )
    messages, cut = _fitting(_visible(session, entries[-command.count :])[::-1])
    older = entries[: -command.count]
    more = cut or (bool(older) and not _is_too_old(session, older[-1]))
    page = events.HistoryPage(command.before, tuple(messages[::-1]), more, command.txn, hosted.timeline.room)
    session.tell(page)


async def answer_search(session: Session, command: Search) -> None:
    """Tell the newest messages that fit a query, of the rooms that the asker is in."""
    query = parse_query(command.query)
    rooms = {hosted.name for hosted in session.rooms()} | {""}
    if query.room is not None:
        rooms = {name for name in rooms if name == session.room(query.room)}
        if not rooms:
            raise CommandRefused("not_joined", f"You are not in {query.room}; /join {query.room} first.")
    entries = await _search(session, query, rooms)
    messages, cut = _fitting(_visible(session, entries[:_FOUND_AT_ONCE]))
    more = cut or len(entries) > _FOUND_AT_ONCE
    session.tell(events.SearchResults(command.query, tuple(messages), more, command.txn))


async def _search(session: Session, query: Query, rooms: Collection[str]) -> Sequence[Entry]:
    """One more than one answer holds; what is to the asker is looked for in two ways."""
    search = partial(session.host.log.search, limit=_FOUND_AT_ONCE + 1, reader=session.client_id)
    if not query.to_me:
        return await search(query, rooms=rooms)
    name = session.host.roster.name_of(session.client_id) or session.client_id
    found: dict[int, Entry] = {}
    if "" in rooms:
        direct = await search(query._replace(to_id=session.client_id), rooms=("",))
        found |= {entry.seq: entry for entry in direct}
    if words := words_of(name):
        by_name = await search(query._replace(terms=(*query.terms, Term(tuple(words)))), rooms=rooms)
        found |= {entry.seq: entry for entry in by_name}
    return [found[seq] for seq in sorted(found, reverse=True)[: _FOUND_AT_ONCE + 1]]


def _is_too_old(session: Session, entry: Entry) -> bool:
    draft = entry.draft
    too_old = session.host.lobby.timeline.is_too_old
    return isinstance(draft, NewMessage) and too_old(draft.sent_at, session.context.now())


def _visible(session: Session, entries: Sequence[Entry]) -> list[events.Message]:
    """The messages in entries of the log that this client may see now."""
    rooms, now = session.host.rooms, session.context.now()
    found: list[events.Message] = []
    for entry in entries:
        hosted = rooms.get(entry.room)  # what is deleted in one that is not in memory is not in the log
        if hosted is not None:
            found += hosted.sync.shown([(entry.seq, entry.body)], session.client_id, now)
    return found


def _fitting(messages: Sequence[events.Message]) -> tuple[Sequence[events.Message], bool]:
    """As many from the first as one answer may hold, and whether some had to stay behind."""
    size = 0
    for place, message in enumerate(messages):
        size += len(encode_event(message)) + 1
        if size > PAGE_BYTES:
            return messages[:place], True
    return messages, False
