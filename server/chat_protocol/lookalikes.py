"""Look-alikes: the forms in which two names that a person can't tell apart are equal (Unicode TS 39, skeletons).

The table is Unicode's own, without what never stands in a name; it is read when the first name needs it that is not
ASCII. `tests/confusables_table.py` makes it.
"""

import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_ASCII = str.maketrans({"I": "l", "1": "l", "|": "l", "0": "O", "m": "rn", "`": "'", '"': "''"})
_NEEDED = frozenset('I1|0m`"')


def looks_of(name: str) -> frozenset[str]:
    """Return what a name looks like, as it is and in small letters: two names that share one are look-alikes."""
    small = name.casefold()
    if name.isascii():
        if _NEEDED.isdisjoint(name):  # most names
            return frozenset((small,))
        return frozenset((_ascii_look(name), _ascii_look(small)))
    return frozenset((_look(name), _look(small)))


def _ascii_look(name: str) -> str:
    return name.translate(_ASCII).casefold().translate(_ASCII)


def _look(name: str) -> str:
    """The skeleton, in small letters; twice, since a capital may look like one thing and its small letter another."""
    return _skeleton(_skeleton(name).casefold())


def _skeleton(text: str) -> str:
    alike = _table()
    replaced = "".join([alike.get(character, character) for character in unicodedata.normalize("NFD", text)])
    return unicodedata.normalize("NFD", replaced)


@cache
def _table() -> Mapping[str, str]:
    """What each character looks like, where that is not itself. Takes 2 ms."""
    lines = Path(__file__).with_name("confusables.txt").read_text("utf-8").split("\n")
    pairs = (line.rpartition(" ") for line in lines[1:])
    return {character: target for target, _, characters in pairs for character in characters}
