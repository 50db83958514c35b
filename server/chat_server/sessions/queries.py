"""History and search: what a client is told that asks the log for stored messages."""

from collections.abc import Sequence

from chat_protocol import events
from chat_protocol.commands import FetchHistory, Search
from chat_protocol.events import encode_event
from chat_protocol.queries import parse_query
from chat_server.core.entries import NewMessage
from chat_server.core.sync import PAGE_BYTES
from chat_server.log import Entry
from chat_server.sessions.session import Session

_FOUND_AT_ONCE = 20  # messages that one answer to /search holds


async def answer_history(session: Session, command: FetchHistory) -> None:
    """Tell the page of messages before a number."""
    entries = await session.hosted.log.page(command.before, command.count + 1, session.client_id)
    messages, cut = _fitting(visible(session, entries[-command.count :])[::-1])
    older = entries[: -command.count]
    more = cut or (bool(older) and not _is_too_old(session, older[-1]))
    session.tell(events.HistoryPage(command.before, tuple(messages[::-1]), more, command.txn))


async def answer_search(session: Session, command: Search) -> None:
    """Tell the newest messages that fit a query."""
    entries = await session.hosted.log.search(parse_query(command.query), _FOUND_AT_ONCE + 1, session.client_id)
    messages, cut = _fitting(visible(session, entries[:_FOUND_AT_ONCE]))
    more = cut or len(entries) > _FOUND_AT_ONCE
    session.tell(events.SearchResults(command.query, tuple(messages), more, command.txn))


def _is_too_old(session: Session, entry: Entry) -> bool:
    draft = entry.draft
    too_old = session.hosted.timeline.is_too_old
    return isinstance(draft, NewMessage) and too_old(draft.sent_at, session.context.now())


def visible(session: Session, entries: Sequence[Entry]) -> list[events.Message]:
    """Return the messages in entries of the log that this client may see now."""
    pairs = ((entry.seq, entry.body) for entry in entries)
    return session.hosted.sync.shown(pairs, session.client_id, session.context.now())


def _fitting(messages: Sequence[events.Message]) -> tuple[Sequence[events.Message], bool]:
    """As many from the first as one answer may hold, and whether some had to stay behind."""
    size = 0
    for place, message in enumerate(messages):
        size += len(encode_event(message)) + 1
        if size > PAGE_BYTES:
            return messages[:place], True
    return messages, False
