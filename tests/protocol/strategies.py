"""Hypothesis strategies for the wire: texts of every kind, every command, every event."""

import re

from hypothesis import strategies as st

from chat_protocol.commands import (
    HISTORY_MOST,
    LIFETIME_MAX,
    LIFETIME_MIN,
    TOPIC_LENGTH,
    Delete,
    Exit,
    FetchHistory,
    Join,
    Leave,
    ListPeople,
    ListRooms,
    MarkRead,
    RoomPlace,
    Say,
    Search,
    SetTopic,
    TakeName,
)
from chat_protocol.events import (
    MOST_AMOUNT,
    Client,
    ClientsChanged,
    Deleted,
    HistoryPage,
    Init,
    LeftRoom,
    Message,
    PeoplePage,
    ReadPlace,
    Refusal,
    RoomsPage,
    RoomState,
    RoomView,
    SearchResults,
    Unread,
)
from chat_protocol.queries import QueryError, parse_query
from chat_protocol.rooms import RESERVED
from chat_protocol.text import DRAWN_AS_NOTHING, clean, clean_line

_NOTHING = re.compile(rf"[\s{DRAWN_AS_NOTHING}]*")
AWKWARD = " \t\n/\\\"'~@#0129abc\u00a0\u2003\r\x00\x1b\x7f\x85\u0301\u200d\ufe0f\u202e\u2028👍👩漢ﷺ"

texts = st.one_of(st.text(), st.text(alphabet=AWKWARD))
ids = st.integers(1, 10**18 - 1)
tokens = st.none() | st.from_regex(r"[!-~]{1,64}", fullmatch=True)

# In milliseconds, because the wire has three decimals.
lifetimes = st.integers(int(LIFETIME_MIN * 1000), int(LIFETIME_MAX * 1000)).map(lambda ms: ms / 1000)

room_names = st.from_regex(r"[a-z0-9_-]{1,32}", fullmatch=True).filter(lambda name: name not in RESERVED)
maybe_in_room = st.none() | room_names
_spoken = texts.filter(lambda text: not _NOTHING.fullmatch(text))
_to_somebody = st.from_regex(r"\S{1,64}", fullmatch=True)
says = st.one_of(
    st.builds(
        Say, text=_spoken, reply_to=st.none() | ids, lifetime=st.none() | lifetimes, txn=tokens, room=maybe_in_room
    ),
    st.builds(Say, text=_spoken, to=_to_somebody, reply_to=st.none() | ids, lifetime=st.none() | lifetimes, txn=tokens),
)
_topics = texts.map(lambda text: " ".join(text.split())).filter(lambda text: text != "-" and len(text) <= TOPIC_LENGTH)
_places = st.builds(RoomPlace, room=room_names, seq=st.none() | st.just(0) | ids)


def _can_be_found(words):
    try:
        parse_query(words)
    except QueryError:
        return False
    return words == words.strip()


names_of_some_sort = texts.map(str.strip).filter(bool)
commands = st.one_of(
    says,
    st.builds(Delete, id=st.none() | ids, txn=tokens, room=maybe_in_room),
    st.builds(Join, places=st.lists(_places, min_size=1, max_size=4, unique=True).map(tuple), txn=tokens),
    st.builds(Leave, rooms=st.lists(room_names, min_size=1, max_size=4, unique=True).map(tuple), txn=tokens),
    st.builds(ListRooms, beginning=st.just("") | room_names, after=st.just("") | room_names, txn=tokens),
    st.builds(ListPeople, after=st.just("") | _to_somebody, txn=tokens, room=maybe_in_room),
    st.builds(SetTopic, topic=_topics, txn=tokens, room=maybe_in_room),
    st.builds(MarkRead, id=ids, txn=tokens, room=maybe_in_room),
    st.builds(TakeName, name=names_of_some_sort, txn=tokens),
    st.builds(FetchHistory, before=ids, count=st.integers(1, HISTORY_MOST), txn=tokens, room=maybe_in_room),
    st.builds(Search, query=st.from_regex(r"\w+( \S+)*", fullmatch=True).filter(_can_be_found), txn=tokens),
    st.builds(Exit, txn=tokens),
)

# Events hold what is harmless already: decoding makes everything so.
_clean_texts = texts.map(clean)
_clean_lines = texts.map(clean_line)
_times = st.floats(0, MOST_AMOUNT)
clients = st.builds(Client, id=_clean_lines, name=_clean_lines)
messages = st.builds(
    Message,
    id=ids,
    text=_clean_texts,
    reply_to=st.none() | ids,
    from_id=_clean_lines,
    from_name=_clean_lines,
    to_id=st.none() | _clean_lines,
    sent_at=_times,
    seq=ids,
    expires_at=st.none() | _times,
    txn=tokens,
    room=st.none() | _clean_lines,
)
_several_clients = st.lists(clients, max_size=3).map(tuple)
_unread = st.builds(Unread, count=ids, to_you=ids)
inits = st.builds(
    Init,
    messages=st.lists(messages, max_size=3).map(tuple),
    epoch=st.text(),
    seq=ids,
    resumed=st.booleans(),
    deleted=st.lists(ids, max_size=3).map(tuple),
    more=st.booleans(),
    limits=st.dictionaries(st.text(), _times, max_size=3),
    now=st.none() | _times,
    you=st.none() | clients,
    clients=st.none() | _several_clients,
    missed=st.none() | ids,
    room=st.none() | _clean_lines,
    people=st.none() | ids,
    topic=_clean_lines,
    read=st.none() | ids,
    unread=st.none() | _unread,
)
_several_messages = st.lists(messages, max_size=3).map(tuple)
events = st.one_of(
    inits,
    st.builds(HistoryPage, before=ids, messages=_several_messages, more=st.booleans(), txn=tokens),
    st.builds(SearchResults, query=_clean_lines, messages=_several_messages, more=st.booleans(), txn=tokens),
    messages,
    st.builds(Deleted, id=ids, seq=ids, room=st.none() | _clean_lines),
    st.builds(
        RoomView,
        seq=ids,
        room=st.none() | _clean_lines,
        messages=st.none() | _several_messages,
        resumed=st.none() | st.booleans(),
        deleted=st.none() | st.lists(ids, max_size=3).map(tuple),
        more=st.none() | st.booleans(),
        missed=st.none() | ids,
        people=st.none() | ids,
        here=st.none() | _several_clients,
        topic=_clean_lines,
        by=st.none() | clients,
        read=st.none() | ids,
        unread=st.none() | _unread,
        txn=tokens,
    ),
    st.builds(LeftRoom, room=st.none() | _clean_lines, txn=tokens),
    st.builds(
        RoomsPage,
        rooms=st.lists(
            st.builds(
                RoomState, room=_clean_lines, people=ids, seq=ids, last_at=st.none() | _times, topic=_clean_lines
            ),
            max_size=3,
        ).map(tuple),
        more=st.booleans(),
        txn=tokens,
    ),
    st.builds(PeoplePage, people=_several_clients, more=st.booleans(), room=st.none() | _clean_lines, txn=tokens),
    st.builds(ReadPlace, id=ids, room=st.none() | _clean_lines),
    st.builds(
        ClientsChanged,
        joined=_several_clients,
        left=st.lists(_clean_lines, max_size=3).map(tuple),
        clients=st.none() | _several_clients,
        room=st.none() | _clean_lines,
    ),
    st.builds(Refusal, code=_clean_lines, text=_clean_texts, txn=tokens),
)
