"""How well a name fits the letters that were typed."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.widgets.markup.ranking import BEGINNING, EXACT, INSIDE, SCATTERED, WORD, rank


@pytest.mark.parametrize(
    ("query", "candidate", "expected"),
    [
        ("ab", "ab", EXACT),
        ("ab", "abc", BEGINNING),
        ("ab", "x ab", WORD),
        ("ab", "top-ab", WORD),
        ("ab", "cabs ab", WORD),
        ("ab", "xab", INSIDE),
        ("ab", "x a b", SCATTERED),
        ("ab", "ba", None),
        ("ab", "", None),
        ("", "anybody", BEGINNING),
        ("", "", EXACT),
        ("[/b", "[/b]", BEGINNING),
        ("田", "高田", INSIDE),
    ],
)
def test_the_rank_says_where_the_letters_are(query, candidate, expected):
    """As the whole, the beginning, the beginning of any word in it, any part, or scattered in this order."""
    assert rank(query, candidate) == expected


def test_a_better_rank_is_a_smaller_number():
    """So that ranks sort, and a worst one can be named."""
    assert EXACT < BEGINNING < WORD < INSIDE < SCATTERED


@given(st.text(max_size=40), st.text(max_size=8))
def test_a_match_has_the_letters_in_order(name, query):
    """Found exactly when the letters of the query can be crossed out of the name from left to right."""
    rest = name
    for letter in query:
        rest = rest.partition(letter)[2] if letter in rest else None
        if rest is None:
            break
    assert (rank(query, name) is not None) == (rest is not None)


@pytest.mark.parametrize("name", ["ab" * 32, "a" * 64, "a " * 32])
def test_a_name_that_repeats_itself_is_looked_at_in_no_time(name):
    """Ten thousand of them take less than the ten seconds that one may take where every way to fit is weighed."""
    began = time.process_time()
    for query in ("a" * 31 + "b", "b" * 32, "a" * 64):
        for _ in range(10_000):
            rank(query, name)
    assert time.process_time() - began < 10
