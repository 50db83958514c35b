"""Search queries: how they are read, and the messages that match them."""

import pytest
from hypothesis import given

from chat_protocol.queries import MOST_TERMS, MOST_WORDS, Query, QueryError, Term, parse_query
from chat_protocol.words import words_of
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
        ("green in:Dev", Query((Term(("green",)),), room="dev")),
        ("to:me", Query((), to_me=True)),
        ("to:me green in:dev", Query((Term(("green",)),), room="dev", to_me=True)),
        ("to:men", Query((Term(("to", "men")),))),
        ("in:dev", None),
        ("in:d.v green", None),
        ('"', None),
        ("*", None),
        ("", None),
        ("before:12", None),
        ("before:x green", None),
        ("!!! \U0001f680", None),
        (" ".join("abcdefghijklmnopq"), None),
        (f'"{"a " * MOST_WORDS}"', Query((Term(("a",) * MOST_WORDS),))),
        (f'"{"a " * MOST_WORDS}" b', None),
        ("\u6f22\u5b57*", Query((Term(("\u6f22", "\u5b57"), prefix=True),))),
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


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("\u6f22\u5b57", True),  # kanji
        ("\u30c6\u30b9\u30c8", True),  # test
        ("\u5b57\u6f22", False),
        ("\u0e40\u0e02\u0e49\u0e32", True),  # enter
        ("\u0e23\u0e2d\u0e1a", False),  # round
        ("v2", True),
    ],
)
def test_words_are_found_where_no_spaces_stand_between_them(query, found):
    """In the middle of a run of Chinese, Japanese or Thai, in this order and no other."""
    japanese = "\u5929\u6f22\u5b57\u306e\u30c6\u30b9\u30c8v2"
    thai = "\u0e01\u0e32\u0e23\u0e40\u0e02\u0e49\u0e32\u0e23\u0e2b\u0e31\u0e2a"
    text = f"{japanese} {thai}"
    assert parse_query(query).fits(text, "ana") is found


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
