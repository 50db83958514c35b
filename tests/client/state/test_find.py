"""Looking for a phrase in the messages that are held."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_protocol.events import Message
from chat_protocol.words import plain_letters
from chat_tui.state.find import FindResults, spans_of

letters = st.text(st.sampled_from("aAßſéİ \n界\u0301ﬁ\U0001d538कीか\u3099서\u11a8"), max_size=30)


def message(number, text="hello", sender="~b"):
    """What somebody said."""
    return Message(number, text, None, sender, "bob", None, 0.0, number)


def everything(phrase, texts, **options):
    """What is found when all messages have been looked at."""
    results = FindResults(phrase, {number: message(number, text) for number, text in texts.items()}, **options)
    while not results.done:
        results.look()
    return results


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("release", "the RELEASE, the Release", ["RELEASE", "Release"]),
        ("straße", "STRASSE", ["STRASSE"]),
        ("ss", "Maße", ["ß"]),
        ("s", "ß", ["ß", "ß"]),
        ("é", "cafe café", ["e", "é"]),
        ("café", "cafe\u0301s, CAFÉ", ["cafe\u0301", "CAFÉ"]),
        ("e\u0301a", "éa e\u0301\u0302ae", ["éa", "e\u0301\u0302a"]),
        ("cafe", "ｃａｆｅ\u0301", ["ｃａｆｅ\u0301"]),
        ("fi", "a ﬁsh", ["ﬁ"]),
        ("ISTANBUL", "\u0130stanbul", ["\u0130stanbul"]),
        ("\u0301", "e\u0301", []),
        ("two words", "words two, two words", ["two words"]),
        ("aa", "aaaaa", ["aa", "aa"]),
        (".*", "a.*b", [".*"]),
        ("का", "की का", ["का"]),
        ("क", "की, क", ["की", "क"]),
        ("서울", "서울에서, 석", ["서울"]),
        ("서", "석 서\u1109\u1165\u11a8\u1109\u1165", ["서", "\u1109\u1165"]),
        ("か", "が か\u3099か", ["か"]),
        ("が", "が か\u3099か", ["が", "か\u3099"]),
        ("ข", "เข้า", ["ข้"]),
        ("", "anything", []),
        ("gone", "here", []),
    ],
)
def test_a_phrase_is_found_as_it_is_written_in_capitals_or_not(phrase, text, found):
    """The offsets are those of the text, whatever it folds into."""
    assert [text[start:end] for start, end in spans_of(phrase, text)] == found


@given(letters, letters)
def test_every_span_holds_the_phrase_and_lies_in_the_text(phrase, text):
    """And there is one wherever the phrase is."""
    spans = spans_of(phrase, text)
    assert bool(spans) == bool(plain_letters(phrase) and plain_letters(phrase) in plain_letters(text))
    for start, end in spans:
        assert 0 <= start < end <= len(text)
        assert plain_letters(phrase) in plain_letters(text[start:end])


def test_the_newest_find_is_the_first_one():
    """From there it goes to older ones, back to newer ones, and round the end."""
    results = everything("he", {1: "he", 2: "no", 3: "HE", 7: "the"})
    assert results.found == [7, 3, 1]
    assert [results.at(number) for number in (7, 3, 1)] == [0, 1, 2]
    assert [results.step(number, 1) for number in (7, 3, 1)] == [3, 1, 7]
    assert [results.step(number, -1) for number in (7, 3, 1)] == [1, 7, 3]


def test_from_what_is_no_find_any_more_it_goes_to_its_neighbours():
    """The place of a message that has gone is known by its number."""
    results = everything("he", {1: "he", 3: "he", 7: "he"})
    results.removed([3])
    assert (results.step(3, 1), results.step(3, -1)) == (1, 7)
    results.removed([1, 7])
    assert results.step(7, 1) is None


def test_many_messages_are_looked_through_in_slices_newest_first():
    """What goes meanwhile is not found; what comes is, in its place."""
    held = {number: message(number, "word" * 25) for number in range(1, 11)}
    results = FindResults("word", held)
    results.look(400)
    assert results.found == [10, 9]
    del held[8]
    held[11] = message(11, "a word")
    results.added([11])
    results.look(400)
    assert results.found == [11, 10, 9, 7, 6]
    assert not results.done
    results.look(10_000)
    assert (results.done, len(results.found)) == (True, 10)


def test_what_is_put_in_between_is_found_in_its_place():
    """Where the search has been, at once; where it has not, in its turn."""
    held = {number: message(number, "word") for number in (10, 20, 30, 40)}
    results = FindResults("word", held)
    results.look(200)
    assert results.found == [40, 30]
    held |= {number: message(number, "word") for number in (5, 15, 35)}
    results.inserted([5, 15, 35])
    assert results.found == [40, 35, 30]
    results.look()
    assert results.found == [40, 35, 30, 20, 15, 10, 5]
    held[1] = message(1, "word")
    results.inserted([1])
    assert (results.found[-1], results.done) == (1, True)
    results = everything("", held)
    results.inserted([1])
    assert results.found == []


def test_no_phrase_finds_nothing():
    """And there is nothing to be looked at."""
    results = everything("", {1: "text"})
    results.added([1])
    assert (results.found, results.done) == ([], True)


def test_what_is_to_be_skipped_is_not_found():
    """Neither among what is there nor among what comes."""
    held = {1: message(1, "spam", "~m"), 2: message(2, "spam")}
    results = FindResults("spam", held, lambda one: one.from_id == "~m")
    results.look()
    held[3] = message(3, "spam", "~m")
    results.added([3])
    assert results.found == [2]


def test_what_changes_is_looked_at_again():
    """Where the search has been, at once; where it has not, in its turn; and none is found twice."""
    held = {number: message(number, "word") for number in (10, 20, 30, 40)}
    held[35] = message(35, "other")
    held = dict(sorted(held.items()))
    results = FindResults("word", held)
    results.look(300)
    assert results.found == [40, 30]
    held |= {30: message(30, "other"), 35: message(35, "word"), 20: message(20, "other"), 10: message(10, "a word")}
    results.changed([10, 20, 30, 35])
    assert results.found == [40, 35]
    assert (results.has(35), results.has(30)) == (True, False)
    results.look()
    assert results.found == [40, 35, 10]
    results = everything("", held)
    results.changed([10])
    assert results.found == []
