"""Search queries: how they are read, and the messages that match them."""

import pytest
from hypothesis import given

from chat_protocol.queries import MOST_TERMS, Query, QueryError, Term, parse_query, words_of
from protocol.strategies import texts


@pytest.mark.parametrize(
    ("written", "query"),
    [
        ("green", Query((Term(("green",)),))),
        ("Green  BUILD", Query((Term(("green",)), Term(("build",))))),
        ('"green build" now', Query((Term(("green", "build")), Term(("now",))))),
        ("gre*", Query((Term(("gre",), prefix=True),))),
        ('"the gre"*', Query((Term(("the", "gre"), prefix=True),))),
        ("don't", Query((Term(("don", "t")),))),
        ("from:Ana", Query((), "ana")),
        ("green from:ana before:120", Query((Term(("green",)),), "ana", 120)),
        ('"', None),
        ("*", None),
        ("", None),
        ("before:12", None),
        ("before:x green", None),
        ("!!! \U0001f680", None),
        (" ".join("abcdefghijklmnopq"), None),
    ],
)
def test_what_is_written_is_what_is_looked_for(written, query):
    """Words, phrases, beginnings, a sender, a number; what says nothing that can be found is refused in words."""
    if query is not None:
        assert parse_query(written) == query
        return
    with pytest.raises(QueryError) as caught:
        parse_query(written)
    assert str(caught.value).endswith(".") or "before:120" in str(caught.value)


def test_words_are_the_same_in_every_dress():
    """Capitals, accents, width; what is no letter and no digit stands between words."""
    assert words_of("Caf\u00e9 CAFE\u0301 \uff43\uff41\uff46\uff45") == ["cafe"] * 3
    assert words_of("a_b-c.d 12:30 \u00df") == ["a", "b", "c", "d", "12", "30", "ss"]
    assert words_of("\U0001d56c\u2115") == ["an"]


@given(texts)
def test_every_text_is_found_by_its_own_words(text):
    """By each of them, by the beginning of each, and by all of them as a phrase."""
    words = words_of(text)
    for word in words:
        assert Query((Term((word,)),)).fits(text, "ana")
        assert Query((Term((word[:1],), prefix=True),)).fits(text, "ana")
    if words:
        assert Query((Term(tuple(words)),)).fits(text, "ana")
        assert parse_query(" ".join(words[:MOST_TERMS])).fits(text, "ana")
