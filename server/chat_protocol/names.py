"""User names: checks whether one may be taken, and folds it for comparison.

A name is 1 to 32 characters after NFKC, without spaces, control, invisible, bidirectional or private-use
characters. Two names are the same when they are equal after NFKC and case folding. A name does not begin with
`~` (client ids do), `@` (mentions do), `/` or `#`, and does not mix scripts whose letters look alike.
"""

import unicodedata
from functools import cache

from chat_protocol.lookalikes import looks_of
from chat_protocol.patterns import deferred
from chat_protocol.text import DRAWN_AS_NOTHING, REPLACEMENT, clean

NAME_LENGTH = 32
CLIENT_ID_MARK = "~"

_RESERVED = frozenset({"everyone", "all", "here", "channel", "room", "server", "system", "admin", "you", "me", "last"})
_REFUSED_FIRST = (CLIENT_ID_MARK, "@", "/", "#")
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
# Two names that differ in one of these look the same; `clean` has put the last in place of a control character.
_UNSEEN = deferred(f"[{DRAWN_AS_NOTHING}{REPLACEMENT}]")
_LOOK_ALIKE = frozenset({"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE", "COPTIC"})


class InvalidNameError(ValueError):
    """A name that nobody may take. Its text is for the person who asked for it."""


def check_name(name: str) -> str:
    """Return `name` as it will be shown (NFKC).

    Raises:
        InvalidNameError: with one sentence that says what is wrong with it.
    """
    name = unicodedata.normalize("NFKC", name)
    if not name:
        raise InvalidNameError("A name needs at least one character.")
    if len(name) > NAME_LENGTH:
        raise InvalidNameError(f"A name can have at most {NAME_LENGTH} characters; this one has {len(name)}.")
    if any(character.isspace() for character in name):
        raise InvalidNameError("A name can't contain spaces.")
    if clean(name) != name or _UNSEEN.search(name) or any(map(_refused, name)) or _only_marks(name):
        raise InvalidNameError("A name can't contain control, invisible or bidirectional characters.")
    if name.startswith(_REFUSED_FIRST):
        raise InvalidNameError(f"A name can't start with {name[0]}.")
    if not (looks_of(name) | {fold_name(name)}).isdisjoint(_reserved()):
        raise InvalidNameError(f"{name} is reserved; choose another name.")
    scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in name if letter.isalpha()}
    if len(scripts & _LOOK_ALIKE) > 1:
        raise InvalidNameError("A name can't mix letters from scripts that look alike.")
    return name


@cache
def _reserved() -> frozenset[str]:
    """The reserved words, and what they look like."""
    return _RESERVED.union(*map(looks_of, _RESERVED))


def fold_name(name: str) -> str:
    """Return the form in which two names are compared."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", folded)


def _refused(character: str) -> bool:
    return unicodedata.category(character) in _REFUSED_CATEGORIES


def _only_marks(name: str) -> bool:
    return all(unicodedata.category(character) in ("Mn", "Me") for character in name)
