"""Server search: looks for words in the server's whole log, one query at a time, and holds what it has found. Pure.

Answers come as events, like everything else; one to an older question says nothing any more. What was found is held
here and nowhere else, and goes with its message.
"""

from collections.abc import Sequence

from chat_protocol.commands import Search, format_command
from chat_protocol.events import Deleted, Event, Init, Message, MessageState, Refusal, SearchResults
from chat_protocol.queries import QueryError, parse_query
from chat_protocol.words import written_words

MOST = 1_000
"""Messages that are held; whoever looks for one of more than that writes another word."""
_NUMBERS = 1 << 60


class ServerSearch:
    """What is looked for, and what was found of it; the tokens begin with `token_prefix`, which nobody else may have.

    `hits` are by id, newest first; `more`: there are older ones. `problem` is a sentence about why there are none.
    """

    def __init__(self, token_prefix: str) -> None:
        self.query = ""
        self.hits: dict[int, Message] = {}
        self.more = False
        self.problem = ""
        self.stale = False
        """Is the record another one since, or the answer lost? Then it is to be asked again."""
        self.changed = False
        """Has what was heard changed anything? Whoever looks sets it back."""
        self._prefix = token_prefix
        self._count = 0
        self._token: str | None = None

    @property
    def waiting(self) -> bool:
        """Is an answer under way?"""
        return self._token is not None

    # -- asking -------------------------------------------------------------------------------------------------

    def ask(self, query: str) -> str | None:
        """Look for something else: the line to send, None where nothing can be looked for in this way."""
        self.query = query.strip()
        self.hits, self.more, self.problem, self.stale, self._token = {}, False, "", False, None
        if not self.query:
            return None
        try:
            parse_query(self.query)
        except QueryError as error:
            self.problem = str(error)
            return None
        return self._line(self.query)

    def ask_more(self) -> str | None:
        """The line that asks for older ones; None while an answer is under way, and where there are none."""
        if self.waiting or not self.more or len(self.hits) >= MOST:
            return None
        self.problem = ""
        return self._line(f"{self.query} before:{next(reversed(self.hits))}")

    def _line(self, query: str) -> str:
        self._count += 1
        self._token = f"{self._prefix}{self._count}"
        return format_command(Search(query, self._token))

    def not_sent(self, why: str) -> None:
        """No answer will come."""
        self._token, self.problem = None, why

    # -- hearing ------------------------------------------------------------------------------------------------

    def take(self, events: Sequence[Event]) -> list[Event]:
        """Hear what the server says; returns what is for others as well."""
        return [event for event in events if not self._is_for_us(event)]

    def _is_for_us(self, event: Event) -> bool:
        match event:
            case SearchResults():
                if self._token is not None and event.txn == self._token:
                    fresh = {one.id: one for one in event.messages if 0 < one.id < _NUMBERS}
                    # A server that says the same again and again is not asked for ever.
                    self._token, self.more = None, event.more and not fresh.keys() <= self.hits.keys()
                    self.hits |= fresh
                    self.changed = True
                return True
            case Refusal(txn=txn, text=text) if txn is not None and txn.startswith(self._prefix):
                if txn == self._token:
                    self._token, self.problem, self.changed = None, text, True
                return True
            case Deleted(id=number):
                self.changed |= self.hits.pop(number, None) is not None
            case Init():
                self.stale = bool(self.query)
                self.hits, self.more, self._token, self.changed = {}, False, None, True
            case _ if isinstance(event, MessageState) and (held := self.hits.get(event.id)):
                self.hits[event.id] = event.applied_to(held)
                self.changed |= self.hits[event.id] is not held
            case _:
                pass
        return False

    # -- time ---------------------------------------------------------------------------------------------------

    def next_expiry(self) -> float | None:
        """When the next hit ends, in seconds on the server's clock; None for never."""
        return min((one.expires_at for one in self.hits.values() if one.expires_at is not None), default=None)

    def expire(self, server_now: float) -> bool:
        """Forget what has reached its end; was there anything?"""
        before = len(self.hits)
        self.hits = {
            number: one for number, one in self.hits.items() if one.expires_at is None or one.expires_at > server_now
        }
        return len(self.hits) < before


def spans_of(query: str, text: str) -> list[tuple[int, int]]:
    """Where the words of a query are in a text, as offsets into the text; none overlap."""
    try:
        terms = parse_query(query).terms
    except QueryError:
        return []
    words: list[str] = []
    places: list[tuple[int, int]] = []
    for start, end, some in written_words(text):
        words += some
        places += [(start, end)] * len(some)
    found = {
        number for term in terms for first in term.places_in(words) for number in range(first, first + len(term.words))
    }
    spans: list[tuple[int, int]] = []
    for start, end in (places[number] for number in sorted(found)):
        touches = bool(spans) and start <= spans[-1][1]
        spans.append((spans.pop()[0] if touches else start, end))
    return spans
