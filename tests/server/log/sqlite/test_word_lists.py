"""Lists of words: what is put in is found, what is taken out leaves no letter, and a damaged one is known."""

from hypothesis import given
from hypothesis import strategies as st

from chat_protocol.queries import Query, Term
from chat_protocol.words import words_of
from chat_server.log.content import Content
from chat_server.log.sqlite.word_lists import (
    PLACES,
    is_whole,
    keys_for,
    keys_of,
    list_of,
    lists_with,
    numbers_in,
    without,
)

_words = st.sampled_from(["a", "ab", "abc", "abd", "green", "greens", "Grün", "漢字", "12", "e\u0301"])
_ids = st.sampled_from(["~ana", "~bob", "~cat"])
_contents = st.builds(
    Content,
    text=st.lists(_words, max_size=5).map(" ".join),
    from_id=_ids,
    from_name=st.sampled_from(["ana", "Bob", "zoë"]),
    sent_at=st.just(1.0),
    to_id=st.none() | _ids,
)
_segments = st.dictionaries(st.integers(0, len(PLACES) - 1), _contents, max_size=12)
_queries = st.builds(
    Query,
    st.lists(st.builds(Term, _words.map(lambda word: tuple(words_of(word))), st.booleans()), max_size=3).map(tuple),
    st.sampled_from(["ana", "bob"]),
) | st.builds(
    Query,
    st.lists(st.builds(Term, _words.map(lambda word: tuple(words_of(word))), st.booleans()), min_size=1).map(tuple),
)


def fitting(messages, query, reader):
    """The numbers of those that fit, found by reading them."""
    return {
        number
        for number, content in messages.items()
        if content.visible_to(reader) and query.fits(content.text, content.from_name)
    }


def taken_out(lists, messages):
    """The lists without these messages."""
    gone = {}
    for number, content in messages.items():
        for key in keys_of(content):
            gone.setdefault(list_of(key), []).append((key, number))
    return {number: without(stored, gone.get(number, ())) for number, stored in lists.items()}


@given(_segments, _queries, _ids, st.data())
def test_lists_find_what_reading_finds(messages, query, reader, data):
    """Of words alone, beginnings, senders and readers; also when some messages have gone."""
    lists = lists_with(messages.items())
    assert numbers_in(lists, keys_for(query, reader)) == fitting(messages, query, reader)
    gone = data.draw(st.sets(st.sampled_from(sorted(messages)))) if messages else set()
    left = taken_out(lists, {number: messages[number] for number in gone})
    rest = {number: content for number, content in messages.items() if number not in gone}
    assert numbers_in(left, keys_for(query, reader)) == fitting(rest, query, reader)


@given(_segments)
def test_what_is_taken_out_leaves_nothing(messages):
    """Lists keep their length, are whole, and have no letter left when all are gone."""
    lists = lists_with(messages.items())
    left = taken_out(lists, messages)
    assert {number: len(stored) for number, stored in left.items()} == {
        number: len(stored) for number, stored in lists.items()
    }
    assert all(is_whole(stored) and set(stored[8:]) <= set(b"\n !") for stored in left.values())
    assert taken_out(left, messages) == left


@given(_contents, st.data())
def test_a_damaged_list_is_known(content, data):
    """Whatever byte is another, and wherever it ends early."""
    stored = data.draw(st.sampled_from([*lists_with([(7, content)]).values()]))
    at = data.draw(st.integers(0, len(stored) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != stored[at]))
    assert is_whole(stored)
    assert not is_whole(stored[:at] + bytes([other]) + stored[at + 1 :])
    assert not is_whole(stored[:at])
