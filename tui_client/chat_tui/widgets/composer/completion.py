"""What could complete the line being typed: commands, names after `/to`, mentions; pure.

Commands stand at the start of the text or behind modifiers that are typed out already (`/to bob /temp 30 `).
Names come from other people and are literal text throughout.
"""

import re
from collections.abc import Iterable, Sequence
from heapq import nsmallest

import msgspec

SHOWN = 8
"""At most so many candidates."""

MODIFIERS = frozenset({"/reply", "/temp", "/to", "/txn"})
"""Commands that take one argument and then another line."""

_TAKE_A_NAME = frozenset({"/to", "/mute", "/unmute"})
_VERB = re.compile(r"(/\S*)(\s*)(\S*)(\s*)")


class CommandHint(msgspec.Struct, frozen=True):
    """A command as it is shown: `name` "/reply", `arguments` "<id> <text>", `summary` "reply to a message"."""

    name: str
    arguments: str = ""
    summary: str = ""

    @property
    def usage(self) -> str:
        """The command with its arguments."""
        return f"{self.name} {self.arguments}".rstrip()


class Candidate(msgspec.Struct, frozen=True):
    """One way to go on: `insert` replaces the word being typed, `label` and `hint` describe it."""

    insert: str
    label: str
    hint: str = ""


class Completion(msgspec.Struct, frozen=True):
    """What can follow.

    `start` is the index in the text where the word in question begins. `usage` is set when there is nothing to insert
    but something to explain. `incomplete` says that the line means nothing as it stands, so that Enter had better
    complete it than send it.
    """

    start: int
    candidates: tuple[Candidate, ...] = ()
    usage: CommandHint | None = None
    incomplete: bool = False


class _Parsed(msgspec.Struct, frozen=True):
    """Where the cursor is: behind the modifiers `used`, in a `verb` or in the argument of one, or in free text."""

    used: tuple[str, ...]
    start: int
    verb: str | None = None
    argument: str | None = None
    argument_start: int = 0


def modifiers(text: str) -> frozenset[str]:
    """The modifiers that `text` begins with: {"/to", "/temp"} for "/to bob /temp 30 hi"."""
    return frozenset(_parse(text).used)


def complete(text_before_cursor: str, commands: Sequence[CommandHint], names: Sequence[str]) -> Completion | None:
    """What can complete `text_before_cursor`, best first, or None where nothing is to be said."""
    parsed = _parse(text_before_cursor)
    if parsed.verb is not None and parsed.argument is None:
        return _verbs(parsed, commands)
    if parsed.verb in _TAKE_A_NAME:
        return _recipients(parsed, commands, names)
    word_start = _last_word(text_before_cursor)
    if text_before_cursor.startswith("@", word_start):
        found = _best(text_before_cursor[word_start + 1 :], names)
        candidates = tuple(Candidate(f"@{name} ", f"@{name}") for name in found)
        return Completion(word_start, candidates) if candidates else None
    at_text = parsed.verb is None and parsed.start < len(text_before_cursor)
    last = parsed.verb or (parsed.used[-1] if parsed.used else "")
    return None if at_text else _explained(last, parsed.start, commands)


def complete_name(text_before_cursor: str, names: Sequence[str]) -> Completion | None:
    """Names for a word of ordinary text, for who asks: `bob: ` where a line of text begins, `bob ` further on.

    Only what a name, or a part of it, begins with; a word that merely has letters of a name in it stays what it is.
    """
    parsed = _parse(text_before_cursor)
    start = _last_word(text_before_cursor)
    if start == len(text_before_cursor) or (parsed.verb is not None and parsed.argument is None):
        return None
    begins = start == parsed.start or text_before_cursor[start - 1] == "\n"
    found = _best(text_before_cursor[start:], names, worst=2)
    candidates = tuple(Candidate(f"{name}: " if begins else f"{name} ", name) for name in found)
    return Completion(start, candidates, incomplete=True) if candidates else None


def _parse(text: str) -> _Parsed:
    """Read modifiers from the front until something else comes."""
    used: list[str] = []
    start = 0
    while (found := _VERB.match(text, start)) and not text.startswith("//", start):
        verb, gap, argument, end = found.groups()
        if not gap:
            return _Parsed(tuple(used), start, verb)
        if verb not in MODIFIERS or not end:
            return _Parsed(tuple(used), start, verb, argument, found.start(3))
        used.append(verb)
        start = found.end()
    return _Parsed(tuple(used), start)


def _last_word(text: str) -> int:
    """Where the word begins that `text` ends in; its length where it ends in white space."""
    return len(text) if not text or text[-1].isspace() else len(text) - len(text.rsplit(maxsplit=1)[-1])


def _verbs(parsed: _Parsed, commands: Sequence[CommandHint]) -> Completion | None:
    """Commands for a word that begins with a slash."""
    word = parsed.verb or ""
    usable = [hint for hint in commands if _may_follow(hint.name, parsed.used)]
    whole = next((hint for hint in usable if hint.name == word), None)
    if whole and not whole.arguments:
        return Completion(parsed.start, usage=whole)
    by_name = {hint.name[1:]: hint for hint in usable}
    candidates = tuple(
        Candidate(f"{hint.name} " if hint.arguments else hint.name, hint.usage, hint.summary)
        for hint in (by_name[name] for name in _best(word[1:], list(by_name)))
    )
    return Completion(parsed.start, candidates, incomplete=True) if candidates else None


def _may_follow(name: str, used: Sequence[str]) -> bool:
    """Behind `/txn` anything may follow, behind other modifiers only those that are left."""
    return name not in used and (name in MODIFIERS or set(used) <= {"/txn"})


def _recipients(parsed: _Parsed, commands: Sequence[CommandHint], names: Sequence[str]) -> Completion | None:
    """Names for the argument of `/to` and its like; an @ before them is understood and dropped."""
    argument, verb = parsed.argument or "", parsed.verb or ""
    after = " " if verb in MODIFIERS else ""
    written = argument.removeprefix("@").casefold()
    whole = any(name.casefold() == written for name in names)
    if whole and not after:
        return _explained(verb, parsed.start, commands)
    found = _best(argument.removeprefix("@"), names)
    if not found:
        return _explained(verb, parsed.start, commands)
    candidates = tuple(Candidate(f"{name}{after}", name) for name in found)
    # `/to bob` alone means something: what is written next is for bob.
    return Completion(parsed.argument_start, candidates, incomplete=not whole or bool(parsed.used))


def _explained(name: str, start: int, commands: Iterable[CommandHint]) -> Completion | None:
    """How the command `name` is used, if it is known."""
    hint = next((hint for hint in commands if hint.name == name), None)
    return Completion(start, usage=hint) if hint else None


_MISS = 5


def _best(query: str, words: Sequence[str], worst: int = _MISS - 1) -> list[str]:
    """The words that fit `query`, best first and otherwise in their own order, at most SHOWN; `worst` is a `_rank`."""
    wanted = query.casefold()
    ranked = ((_rank(wanted, word), at, word) for at, word in enumerate(words))
    return [word for _, _, word in nsmallest(SHOWN, (entry for entry in ranked if entry[0] <= worst))]


def _rank(wanted: str, word: str) -> int:
    """How well `word` fits: 0 exactly, 1 begins so, 2 a part of it does, 3 contains it, 4 its letters in order.

    Linear in the word: names are chosen by strangers, and a search for the best of all fits can be made to last
    for seconds.
    """
    folded = word.casefold()
    if folded.startswith(wanted):
        return 0 if folded == wanted else 1
    at = folded.find(wanted)
    if at >= 0 and not folded[at - 1].isalnum():
        return 2
    if len(wanted) < 2:  # one letter is in half of all words
        return _MISS
    if at >= 0:
        return 3
    letters = iter(folded)
    return 4 if all(letter in letters for letter in wanted) else _MISS
