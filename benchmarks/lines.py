"""The same conversation for every program that is compared: line n of it, for any n."""

import random
from typing import NamedTuple


class Line(NamedTuple):
    """Who said what."""

    author: str
    text: str


AUTHORS = ["ann", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy", "kim", "leo"]
_SENTENCE = (
    "seven wizards boil green tea and someone asks whether the build is broken again or just slow because of caches"
)
_WORDS = _SENTENCE.split()
_chance = random.Random(7)  # the same in every run
_POOL = [
    Line(
        _chance.choice(AUTHORS), " ".join(_chance.choice(_WORDS) for _ in range(_chance.choice((4, 6, 9, 12, 20, 38))))
    )
    for _ in range(997)
]


def line(number: int) -> Line:
    """Line `number`, from 0."""
    return _POOL[number % len(_POOL)]


def numbered(number: int) -> Line:
    """The same with its number before it, so that it can be told whether a line is missing."""
    author, text = line(number)
    return Line(author, f"line {number:06}: {text}")
