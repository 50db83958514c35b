"""Hypothesis strategies for the wire: texts of every kind, every command, every event."""

import re

from hypothesis import strategies as st

from chat_protocol.commands import (
    HISTORY_MOST,
    LIFETIME_MAX,
    LIFETIME_MIN,
    Delete,
    Exit,
    FetchHistory,
    Say,
    Search,
    TakeName,
)
from chat_protocol.events import (
    MOST_AMOUNT,
    Client,
    ClientsChanged,
    Deleted,
    HistoryPage,
    Init,
    Message,
    Refusal,
    SearchResults,
)
from chat_protocol.queries import QueryError, parse_query
from chat_protocol.text import DRAWN_AS_NOTHING, clean, clean_line

_NOTHING = re.compile(rf"[\s{DRAWN_AS_NOTHING}]*")
AWKWARD = " \t\n/\\\"'~@#0129abc\u00a0\u2003\r\x00\x1b\x7f\x85\u0301\u200d\ufe0f\u202e\u2028👍👩漢ﷺ"

texts = st.one_of(st.text(), st.text(alphabet=AWKWARD))
ids = st.integers(1, 10**18 - 1)
tokens = st.none() | st.from_regex(r"[!-~]{1,64}", fullmatch=True)

# In milliseconds, because the wire has three decimals.
lifetimes = st.integers(int(LIFETIME_MIN * 1000), int(LIFETIME_MAX * 1000)).map(lambda ms: ms / 1000)

says = st.builds(
    Say,
    text=texts.filter(lambda text: not _NOTHING.fullmatch(text)),
    to=st.none() | st.from_regex(r"\S{1,64}", fullmatch=True),
    reply_to=st.none() | ids,
    lifetime=st.none() | lifetimes,
    txn=tokens,
)


def _can_be_found(words):
    try:
        parse_query(words)
    except QueryError:
        return False
    return words == words.strip()


names_of_some_sort = texts.map(str.strip).filter(bool)
commands = st.one_of(
    says,
    st.builds(Delete, id=st.none() | ids, txn=tokens),
    st.builds(TakeName, name=names_of_some_sort, txn=tokens),
    st.builds(FetchHistory, before=ids, count=st.integers(1, HISTORY_MOST), txn=tokens),
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
)
_several_clients = st.lists(clients, max_size=3).map(tuple)
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
)
_several_messages = st.lists(messages, max_size=3).map(tuple)
events = st.one_of(
    inits,
    st.builds(HistoryPage, before=ids, messages=_several_messages, more=st.booleans(), txn=tokens),
    st.builds(SearchResults, query=_clean_lines, messages=_several_messages, more=st.booleans(), txn=tokens),
    messages,
    st.builds(Deleted, id=ids, seq=ids),
    st.builds(
        ClientsChanged,
        joined=_several_clients,
        left=st.lists(_clean_lines, max_size=3).map(tuple),
        clients=st.none() | _several_clients,
    ),
    st.builds(Refusal, code=_clean_lines, text=_clean_texts, txn=tokens),
)
