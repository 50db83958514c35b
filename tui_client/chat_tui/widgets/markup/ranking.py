"""Fuzzy ranking: how well a name or a command fits the letters that were typed. Pure."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

EXACT, BEGINNING, WORD, INSIDE, SCATTERED = range(5)
"""The ranks, best first: the same, begins so, a word in it begins so, contains it, has its letters in this order."""


def rank(query: str, candidate: str) -> int | None:
    """How well a casefolded `candidate` fits a casefolded `query`, as one of the ranks; None: not at all.

    Names are chosen by strangers. `textual.fuzzy` weighs every way of fitting the letters in: a name of 64 letters that
    repeats itself, which anybody can take, keeps it busy for ten seconds.
    """
    if candidate.startswith(query):
        return EXACT if candidate == query else BEGINNING
    at = candidate.find(query)
    if at < 0:
        letters = iter(candidate)
        return SCATTERED if all(letter in letters for letter in query) else None
    while at > 0:
        if not candidate[at - 1].isalnum():
            return WORD
        at = candidate.find(query, at + 1)
    return INSIDE


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_NamedT = TypeVar("_NamedT", bound=_Named)


def matching(query: str, choices: Sequence[_NamedT]) -> list[_NamedT]:
    """Those whose name has the letters of `query` in this order, best first, otherwise in the order given."""
    query = "".join(query.casefold().split())
    ranked = [(rank(query, one.name.casefold()), one) for one in choices]
    found = [(grade, one) for grade, one in ranked if grade is not None]
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]
