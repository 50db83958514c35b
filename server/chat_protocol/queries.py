"""Search queries: `parse_query` reads what follows `/search`, and `Query.fits` matches a message against it.

| written | a message must have |
|---|---|
| `green build` | both words, anywhere |
| `"green build"` | these words, one after the other |
| `gre*` | a word that begins so |
| `from:ana` | this sender, by the name at the time |
| `before:120` | a smaller number: the next page of an answer |

Words are runs of letters and digits, the same in capitals or small and with or without accents. Where no spaces stand
between words (Chinese, Japanese, Thai and their like) each letter is a word, and several are a phrase: what is looked
for is found in the middle of a run, too. Two ways of finding (an index, a scan) agree because both compare `words_of`
a text and of the query.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from chat_protocol.names import fold_name
from chat_protocol.patterns import deferred

MOST_TERMS = 16
MOST_WORDS = 64
"""In all terms together: a phrase is compared at each of its words."""
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf"  # Thai to Tai Tham
    "\u3005-\u3007\u3031-\u312f\u31a0-\u31ff\u3400-\u9fff\U00020000-\U0003ffff"  # Chinese, Japanese
)
"""The letters of scripts without spaces between words, as ranges of a regular expression."""
_PART = deferred(
    r'(?P<sender>from:(?P<name>\S+))|before:(?P<before>\S+)|"(?P<phrase>[^"]*)"(?P<more>\*?)|(?P<word>\S+)'
)
_WORD = deferred(rf"[^\W_{UNSPACED}]+|(?=\w)[{UNSPACED}]")
_PLAIN_WORD = deferred(r"[a-z0-9]+")
_ID = deferred(r"[1-9][0-9]{0,17}", re.ASCII)


class QueryError(ValueError):
    """Nothing can be looked for in this way. Its text is for the person who asked."""


class Term(NamedTuple):
    """Words that follow each other; `prefix`: the last one may go on."""

    words: tuple[str, ...]
    prefix: bool = False

    def found_in(self, words: Sequence[str]) -> bool:
        """Are they there?"""
        *first, last = self.words
        for start in range(len(words) - len(first)):
            candidate = words[start + len(first)]
            fits = candidate.startswith(last) if self.prefix else candidate == last
            if fits and list(words[start : start + len(first)]) == first:
                return True
        return False


class Query(NamedTuple):
    """What a message must have: every term, the sender (folded as names are), a number below `before`."""

    terms: tuple[Term, ...]
    sender: str | None = None
    before: int | None = None

    def fits(self, text: str, from_name: str) -> bool:
        """Has a message with this text and sender what is looked for, its number aside?"""
        if self.sender is not None and fold_name(from_name) != self.sender:
            return False
        if text.isascii():  # most have not even the letters, which is seen sooner
            plain = text.lower()
            if not all(word in plain for term in self.terms for word in term.words):
                return False
        words = words_of(text)
        return all(term.found_in(words) for term in self.terms)


def words_of(text: str) -> list[str]:
    """The words of a text as they are compared."""
    if text.isascii():  # most are, and it takes a tenth of the time
        return _PLAIN_WORD.findall(text.lower())
    return _WORD.findall(plain_letters(text))


def plain_letters(text: str) -> str:
    """A text as it is compared: small letters without accents, of the usual width. Each character stands for itself."""
    if text.isascii():
        return text.lower()
    plain = text
    for _ in range(2):  # letters of mathematics are capitals only when they have become plain
        plain = unicodedata.normalize("NFKD", plain.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def parse_query(text: str) -> Query:
    """Read what somebody looks for.

    Raises:
        QueryError: when it says nothing that can be found.
    """
    terms: list[Term] = []
    sender: str | None = None
    before: int | None = None
    for part in _PART.finditer(text):
        if part["sender"]:
            sender = fold_name(part["name"])
        elif part["before"]:
            if not _ID.fullmatch(part["before"]):
                raise QueryError("before: takes a message id, such as before:120.")
            before = int(part["before"])
        else:
            written = part["phrase"] if part["phrase"] is not None else part["word"]
            if words := words_of(written):
                terms.append(Term(tuple(words), prefix=bool(part["more"]) or written.endswith("*")))
    if len(terms) > MOST_TERMS:
        raise QueryError(f"Search for at most {MOST_TERMS} words.")
    if sum(len(term.words) for term in terms) > MOST_WORDS:
        raise QueryError(f"Search for at most {MOST_WORDS} words.")
    if not terms and sender is None:
        raise QueryError("Type words to search for, or from:name.")
    return Query(tuple(terms), sender, before)
