"""Search queries: `parse_query` reads what follows `/search`, and `Query.fits` matches a message against it.

| written | a message must have |
|---|---|
| `green build` | both words, anywhere |
| `"green build"` | these words, one after the other |
| `gre*` | a word that begins so |
| `from:ana` | this sender, by the name at the time |
| `in:dev` | this room |
| `to:me` | the asker as its recipient, or the asker's name in it |
| `before:120` | a smaller number: the next page of an answer |

A Korean word is a beginning without the `*` as well: what is said of it is joined to it. What is a word says `words`.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from chat_protocol.names import fold_name
from chat_protocol.patterns import deferred
from chat_protocol.rooms import InvalidRoomError, check_room_name
from chat_protocol.words import may_go_on, words_of

MOST_TERMS = 16
MOST_WORDS = 64
"""In all terms together: a phrase is compared at each of its words."""
_PART = deferred(
    r'(?P<sender>from:(?P<name>\S+))|before:(?P<before>\S+)|in:(?P<room>\S+)|(?P<to_me>to:me(?!\S))|"(?P<phrase>[^"]*)"(?P<more>\*?)|(?P<word>\S+)'
)
_ID = deferred(r"[1-9][0-9]{0,17}", re.ASCII)


class QueryError(ValueError):
    """Nothing can be looked for in this way. Its text is for the person who asked."""


class Term(NamedTuple):
    """Words that follow each other; `prefix`: the last one may go on."""

    words: tuple[str, ...]
    prefix: bool = False

    def found_in(self, words: Sequence[str]) -> bool:
        """Are they there?"""
        return next(self.places_in(words), None) is not None

    def places_in(self, words: Sequence[str]) -> Iterator[int]:
        """At which of these words they begin."""
        *first, last = self.words
        for start in range(len(words) - len(first)):
            candidate = words[start + len(first)]
            fits = candidate.startswith(last) if self.prefix else candidate == last
            if fits and list(words[start : start + len(first)]) == first:
                yield start


class Query(NamedTuple):
    """What a message must have: every term, the sender (folded as names are), a number below `before`, the `room`.

    `to_me`: it is to the asker, privately or by name. `to_id` is what a server makes of that: the client that a direct
    message is to.
    """

    terms: tuple[Term, ...]
    sender: str | None = None
    before: int | None = None
    room: str | None = None
    to_me: bool = False
    to_id: str | None = None

    def fits(self, text: str, from_name: str) -> bool:
        """Has a message with this text and sender what is looked for, its number, its room and its recipient aside?"""
        if self.sender is not None and fold_name(from_name) != self.sender:
            return False
        if text.isascii():  # most have not even the letters, which is seen sooner
            plain = text.lower()
            if not all(word in plain for term in self.terms for word in term.words):
                return False
        words = words_of(text)
        return all(term.found_in(words) for term in self.terms)


def parse_query(text: str) -> Query:
    """Read what somebody looks for.

    Raises:
        QueryError: when it says nothing that can be found.
    """
    terms: list[Term] = []
    fields: dict[str, Any] = {}
    for part in _PART.finditer(text):
        if (field := _field(part)) is not None:
            fields |= field
            continue
        written = part["phrase"] if part["phrase"] is not None else part["word"]
        if words := words_of(written):
            begun = part["more"] or written.endswith("*") or (part["word"] and may_go_on(words[-1]))
            terms.append(Term(tuple(words), prefix=bool(begun)))
    if len(terms) > MOST_TERMS:
        raise QueryError(f"Search for at most {MOST_TERMS} words.")
    if sum(len(term.words) for term in terms) > MOST_WORDS:
        raise QueryError(f"Search for at most {MOST_WORDS} words.")
    if not terms and not fields.keys() & {"sender", "to_me"}:
        also = f" in {fields['room']}" if "room" in fields else ""
        raise QueryError(f"Type words to search for{also}, or from:name.")
    return Query(tuple(terms), **fields)


def _field(part: re.Match[str]) -> dict[str, Any] | None:
    """What a part says of a message beside its words; None where it is words."""
    if part["sender"]:
        return {"sender": fold_name(part["name"])}
    if part["to_me"]:
        return {"to_me": True}
    if part["room"]:
        return {"room": _room(part["room"])}
    if part["before"]:
        if not _ID.fullmatch(part["before"]):
            raise QueryError("before: takes a message id, such as before:120.")
        return {"before": int(part["before"])}
    return None


def _room(written: str) -> str:
    try:
        return check_room_name(written)
    except InvalidRoomError as error:
        raise QueryError(str(error)) from error
