"""Word lists: which messages of a segment have a word, as the index stores it in rows that keep their size. Pure.

A list has a line for each word, with the places of the messages that have it, and begins with a checksum. What is taken
out is overwritten where it stands.

| line of a list | stands for |
|---|---|
| `green` | a word of a public message |
| `_616e61` | the sender of one: the folded name in hexadecimal |
| `__green`, `___616e61` | a word, the sender of a direct message |
| `____7e78` | a client that may see it, by its id in hexadecimal |

No word has an underscore in it, so that nobody can write the others.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal
from zlib import crc32

from chat_protocol.names import fold_name
from chat_protocol.queries import Query
from chat_protocol.words import VERSION, words_of
from chat_server.log.content import Content

LISTS = 64
"""The words of a segment are in so many lists at most, by how they begin."""
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/"
PLACES: Sequence[str] = [one + other for one in _LETTERS for other in _LETTERS]
"""By the number of a message in its segment: as many as a segment can have."""
# Two letters as one number, as the machine has them: a list becomes a set without a step of Python for each.
_PAIR: Literal["H"] = "H"
_NUMBERS = {memoryview(place.encode()).cast(_PAIR)[0]: number for number, place in enumerate(PLACES)}
_WIPED = b"!"  # over a place, and over a word that has no place left
_CHECKSUM = 8  # characters
# What other words were made with is not whole: it is made anew, by this program and by the one that made it.
_SEED = crc32(VERSION.encode())


class Key:
    """What a line of a list may begin with; `prefix`: the word may go on.

    `lists` are the numbers of the lists that may have such a line, `start` is what comes before its places there.
    """

    __slots__ = ("lists", "start", "text")

    def __init__(self, text: str, *, prefix: bool = False) -> None:
        self.text = text
        in_any = prefix and len(text.lstrip("_")) < 2
        self.lists: Sequence[int] = range(LISTS) if in_any else (list_of(text),)
        self.start = b"\n" + text.encode() + (b"" if prefix else b" ")


def list_of(text: str) -> int:
    """The number of the list that has a word: one for all that begin with the same two letters."""
    two = text.lstrip("_")[:2] or "_"
    return (31 * ord(two[0]) + ord(two[-1])) % LISTS


def keys_of(content: Content) -> set[str]:
    """The words of the lines that a message is in."""
    words = words_of(content.text)
    sender = fold_name(content.from_name).encode().hex()
    if content.to_id is None:
        return {"_" + sender, *words}
    readers = (_reader_key(reader) for reader in (content.from_id, content.to_id))
    return {"___" + sender, *readers, *(f"__{word}" for word in words)}


def keys_for(query: Query, reader: str) -> tuple[Sequence[Key], Sequence[Key]]:
    """The lines of a public message that fits a query, and those of a direct one; by length, the rarest word first."""

    def conditions(mark: str) -> Iterator[Key]:
        words = [Key(mark + word) for term in query.terms for word in term.words[:-1]]
        words += [Key(mark + term.words[-1], prefix=term.prefix) for term in query.terms]
        yield from sorted(words, key=lambda key: (len(key.lists), -len(key.text)))
        if query.sender is not None:
            yield Key(f"{mark}_{query.sender.encode().hex()}")

    return [*conditions("")], [*conditions("__"), Key(_reader_key(reader))]


def _reader_key(reader: str) -> str:
    return f"____{reader.encode().hex()}"


def lists_with(messages: Iterable[tuple[int, Content]]) -> dict[int, bytes]:
    """The lists of a segment, by their numbers; each message is given with its number in the segment."""
    having: dict[str, list[str]] = {}
    for number, content in messages:
        place = PLACES[number]
        for key in keys_of(content):
            having.setdefault(key, []).append(place)
    lines: dict[int, list[str]] = {}
    for key, places in having.items():
        lines.setdefault(list_of(key), []).append(f"{key} {''.join(places)}")
    return {number: _sealed("\n{}\n".format("\n".join(some)).encode()) for number, some in lines.items()}


def _sealed(lines: bytes) -> bytes:
    return b"%08x%b" % (crc32(lines, _SEED), lines)


def is_whole(stored: bytes) -> bool:
    """Is a list as it was written, and in these words?"""
    return stored[:_CHECKSUM] == b"%08x" % crc32(stored[_CHECKSUM:], _SEED)


def without(stored: bytes, gone: Iterable[tuple[str, int]]) -> bytes:
    """A list without some messages (word, number), and without the words that no other has; as long as before."""
    lines = bytearray(stored[_CHECKSUM:])
    for key, number in gone:
        word, place = key.encode(), PLACES[number].encode()
        begin = lines.find(b"\n%b " % word) + 1
        if not begin:
            continue
        first = begin + len(word) + 1
        end = lines.index(b"\n", first)
        at = next((at for at in range(first, end, 2) if lines[at : at + 2] == place), None)
        if at is not None:
            lines[at : at + 2] = 2 * _WIPED
        if lines.count(_WIPED, first, end) == end - first:
            lines[begin : first - 1] = _WIPED * len(word)
    return _sealed(bytes(lines))


def numbers_in(lists: Mapping[int, bytes], alternatives: Iterable[Sequence[Key]]) -> set[int]:
    """Which messages of a segment, whose lists these are, have all lines of one of the alternatives."""
    found: set[int] = set()
    for keys in alternatives:
        having: set[int] | None = None
        for key in keys:
            places = _places_of(lists, key)
            having = places if having is None else having & places
            if not having:
                break
        found |= having or set()
    return {_NUMBERS[place] for place in found if place in _NUMBERS}


def _places_of(lists: Mapping[int, bytes], key: Key) -> set[int]:
    start = key.start
    found: set[int] = set()
    for number in key.lists:
        lines = lists.get(number, b"")
        at = lines.find(start)
        while at >= 0:
            first = lines.index(b" ", at + 1) + 1
            end = lines.index(b"\n", first)
            found.update(memoryview(lines)[first:end].cast(_PAIR))
            at = lines.find(start, end)
    return found
