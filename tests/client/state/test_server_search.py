"""One question at a time to the whole record; what was found goes with its message."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_protocol.commands import Search, parse_command
from chat_protocol.events import ClientsChanged, Deleted, Init, Message, Refusal, SearchResults
from chat_protocol.words import words_of
from chat_tui.state.server_search import MOST, ServerSearch, spans_of


def message(number, text="green", expires_at=None):
    """A message of bob's."""
    return Message(number, text, None, "~bob", "bob", None, 0.0, number, expires_at)


def asked(query="green"):
    """A search and the token of its question."""
    search = ServerSearch("s-")
    return search, parse_command(search.ask(query)).txn


def test_pages_follow_each_other():
    """The next one is of what is older than the last; while one is under way no other is asked for."""
    search, token = asked(' "green  build" from:bob ')
    assert search.waiting
    assert search.ask_more() is None
    assert search.take([SearchResults("", (message(9), message(7)), True, token)]) == []
    assert (list(search.hits), search.more, search.waiting) == ([9, 7], True, False)
    more = parse_command(search.ask_more())
    assert more == Search('"green  build" from:bob before:7', more.txn)
    search.take([SearchResults("", (message(3),), False, more.txn)])
    assert list(search.hits) == [9, 7, 3]
    assert search.ask_more() is None


def test_an_answer_to_an_older_question_says_nothing():
    """Whether it is one or a refusal; nobody else is to see it either."""
    search, old = asked("gray")
    token = parse_command(search.ask("green")).txn
    assert search.take([SearchResults("", (message(1, "gray"),), True, old), Refusal("too_fast", "Wait.", old)]) == []
    assert (search.hits, search.problem, search.waiting) == ({}, "", True)
    search.take([Refusal("too_fast", "Wait.", token)])
    assert (search.problem, search.waiting) == ("Wait.", False)


def test_everything_else_is_for_others():
    """Messages, errors about lines, comings and goings."""
    search, _ = asked()
    events = [message(1), Refusal("too_fast", "Wait.", "k7"), Refusal("x", "y"), ClientsChanged((), ()), Deleted(2, 3)]
    assert search.take(events) == events


def test_what_is_gone_is_no_find():
    """Deleted, or at its end."""
    search, token = asked()
    search.take(
        [SearchResults("", (message(9), message(8, expires_at=50.0), message(7)), False, token), Deleted(9, 10)]
    )
    assert search.next_expiry() == 50.0
    assert not search.expire(49.9)
    assert search.expire(50.0)
    assert (list(search.hits), search.next_expiry()) == ([7], None)


def test_what_was_found_is_shown_as_it_is_now():
    """A newer state takes the place of the one that was found; one that is not newer does not."""
    search, token = asked()
    search.take([SearchResults("", (message(9), message(7)), False, token)])
    search.changed = False
    search.take([message(9, "red")])
    assert (search.hits[9].text, search.changed) == ("green", False)
    newer = msgspec.structs.replace(message(9, "greener"), seq=10)
    assert search.take([newer]) == [newer], "it is for others too"
    assert (list(search.hits), search.hits[9].text, search.changed) == ([9, 7], "greener", True)


def test_after_a_lost_connection_it_is_asked_anew():
    """The answer will not come, and the record may be another one."""
    search, token = asked()
    search.take([SearchResults("", (message(9),), True, token)])
    search.take([Init((), "e2", 0, False, (), False, {})])
    assert (search.stale, search.hits, search.more) == (True, {}, False)
    assert search.ask(search.query)
    assert not search.stale


@pytest.mark.parametrize(("query", "problem"), [("", ""), ("  ", ""), ("...", "Type words"), ("before:x a", "before:")])
def test_what_can_not_be_looked_for_is_not_asked(query, problem):
    """The reason is there at once."""
    search = ServerSearch("s-")
    assert search.ask(query) is None
    assert not search.waiting
    assert search.problem.startswith(problem)


def test_a_server_that_repeats_itself_is_not_asked_for_ever():
    """Nor is one that has numbers that no message has."""
    search, token = asked()
    search.take([SearchResults("", (message(9), message(0), message(-1), message(10**30)), True, token)])
    assert (list(search.hits), search.more) == ([9], True)
    search.take([SearchResults("", (message(9),), True, parse_command(search.ask_more()).txn)])
    assert search.ask_more() is None


def test_what_is_held_is_bounded():
    """Nobody reads so many."""
    search, token = asked()
    search.take([SearchResults("", tuple(message(n) for n in range(MOST, 0, -1)), True, token)])
    assert search.ask_more() is None


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("green build", "The Green, green BUILD.", ["Green", "green", "BUILD"]),
        ("gru* from:bob", "Grün? Gru\u0308n! Ungrün", ["Grün", "Gru\u0308n"]),
        ('"a phrase"', "A phrase is a phrase", ["A", "phrase", "a", "phrase"]),
        ("strasse", "Straße", ["Straße"]),
        ("green", "evergreen greens", []),
        ("before:x", "before x", []),
        ("日本語", "ああ 日本語 ああ", ["日本語"]),
        ("漢字 v2", "今日は漢字のテストv2", ["漢字", "v2"]),
        ("漢字", "漢と字と漢字", ["漢字"]),
        ('"green build"', "green, a build; a green build", ["green", "build"]),
        ("서울", "서울에서 서울, 남서울", ["서울에서", "서울"]),
        ("का", "की का", ["का"]),
        ("ข้า", "ขา เข้า", ["ข้า"]),
        ("kg", "5 ㎏, 5㎏", ["㎏"]),
    ],
)
def test_the_words_that_were_found_stand_out(query, text, found):
    """As the server compares them: without case and accents, as whole words or as what they begin with."""
    assert [text[start:end] for start, end in spans_of(query, text)] == found


@given(st.text(max_size=30), st.text("aä\u0308 é½ﬁß日*.\"'", max_size=30))
def test_what_is_its_own_query_stands_out(query, text):
    """Something of it does, where it has words; spans are ascending and apart, whatever is written."""
    ends = [0, *(end for span in spans_of(query, text) for end in span), len(text)]
    assert ends == sorted(ends)
    if words_of(text) and '"' not in text:
        assert spans_of(text, text)
