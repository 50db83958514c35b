"""Find: searches the messages that are held for a phrase. Pure.

A phrase is found as the server finds words: in capitals or not, with accents or without, however they are written. Many
messages are looked through in slices, newest first, so that no key waits for the oldest one.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import accumulate
from unicodedata import category, combining

from chat_protocol.events import Message
from chat_protocol.words import plain_letters

Span = tuple[int, int]

SLICE = 60_000
"""Characters that one slice may look at: less than 5 ms."""
_PER_MESSAGE = 100
"""What a message costs beside its text, in characters."""
_OTHER_LETTERS = 12
"""What a character costs in a text that has others than those of ASCII."""


def spans_of(phrase: str, text: str) -> list[Span]:
    """Where a phrase is in a text, as offsets into the text; none for an empty phrase, and none overlap."""
    wanted, plain = plain_letters(phrase), plain_letters(text)
    if not wanted or wanted not in plain:
        return []
    at, found = 0, []
    while (at := plain.find(wanted, at)) >= 0:
        found.append((at, at + len(wanted)))
        at += len(wanted)
    if text.isascii():
        return found
    ends = _ends(text, len(plain))
    spans: list[Span] = []
    for first, last in found:
        start = bisect_right(ends, first)
        if not spans or not spans[-1][0] < start < spans[-1][1]:
            spans.append((start, _with_its_marks(text, ends, bisect_left(ends, last) + 1)))
    return spans


def _ends(text: str, length: int) -> list[int]:
    """Where each character of a text ends among its `length` plain letters: "ß" becomes two, an accent none."""
    ends = list(accumulate(len(plain_letters(char)) for char in text))
    if ends[-1] == length:
        return ends
    # Some are composed to one letter: those are taken together, and the letter ends with the first of them.
    ends, before, run = [], 0, ""
    for char in text:
        if not combining(char) and plain_letters(run + char) == plain_letters(run) + plain_letters(char):
            before, run = ends[-1] if ends else 0, ""
        run += char
        ends.append(before + len(plain_letters(run)))
    return ends


def _with_its_marks(text: str, ends: list[int], end: int) -> int:
    """The offset behind a character and whatever belongs to it: what became nothing, and marks, such as vowels."""
    while end < len(ends) and (ends[end] == ends[end - 1] or category(text[end])[0] == "M"):
        end += 1
    return end


class FindResults:
    """The messages that have `phrase` in them, the newest first; `skips` says which messages are left out.

    `messages` are by id, ascending, and may change: what comes and what goes is told.
    """

    def __init__(
        self, phrase: str, messages: Mapping[int, Message], skips: Callable[[Message], bool] = lambda _: False
    ) -> None:
        self.phrase = phrase
        self.found: list[int] = []
        self._wanted = plain_letters(phrase)
        self._messages = messages
        self._skips = skips
        self._left = list(messages) if self._wanted else []

    @property
    def done(self) -> bool:
        """Has everything been looked at?"""
        return not self._left

    def look(self, characters: int = SLICE) -> None:
        """Look at the next messages, until these many characters have been seen."""
        while self._left and characters > 0:
            message = self._messages.get(number := self._left.pop())
            if message is None:
                continue
            text = message.text
            characters -= len(text) * (1 if text.isascii() else _OTHER_LETTERS) + _PER_MESSAGE
            if self._holds(message):
                self.found.append(number)

    def added(self, numbers: Iterable[int]) -> None:
        """Newer messages have come."""
        if self._wanted:
            fresh = (number for number in numbers if self._holds(self._messages[number]))
            self.found[:0] = sorted(fresh, reverse=True)

    def inserted(self, numbers: Iterable[int]) -> None:
        """Messages have come to be among the others: they are looked at in their turn, or now where that has been."""
        for number in numbers if self._wanted else ():
            if self._left and number < self._left[-1]:
                insort(self._left, number)
            elif self._holds(self._messages[number]):
                insort(self.found, number, key=lambda found: -found)

    def changed(self, numbers: Collection[int]) -> None:
        """These messages may say something else, or be left out: what has been looked at is looked at again."""
        self.removed(numbers)
        for number in numbers if self._wanted else ():
            if not (self._left and number <= self._left[-1]) and self._holds(self._messages[number]):
                insort(self.found, number, key=lambda found: -found)

    def removed(self, numbers: Collection[int]) -> None:
        """These messages are gone."""
        gone = set(numbers)
        self.found = [number for number in self.found if number not in gone]

    def at(self, number: int) -> int:
        """How many of what was found are newer than a message."""
        return bisect_left(self.found, -number, key=lambda found: -found)

    def has(self, number: int) -> bool:
        """Was something found in this message?"""
        at = self.at(number)
        return at < len(self.found) and self.found[at] == number

    def step(self, number: int, by: int) -> int | None:
        """What was found next to a message: older (1), newer (-1); round the end. None where nothing was found."""
        if not self.found:
            return None
        at = self.at(number)
        return self.found[(at + by if self.has(number) or by < 0 else at) % len(self.found)]

    def _holds(self, message: Message) -> bool:
        return not self._skips(message) and self._wanted in plain_letters(message.text)
