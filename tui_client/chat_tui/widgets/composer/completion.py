"""Completion: candidates for the line being typed, which are commands, names after `/to`, and mentions. Pure.

Commands stand at the start of the text or behind modifiers that are typed out already (`/to bob /temp 30 `).
Names come from other people and are literal text throughout.
"""

from collections.abc import Iterable, Mapping, Sequence
from heapq import nsmallest
from types import MappingProxyType

import msgspec

from chat_protocol.commands import COMMANDS, CommandSpec
from chat_protocol.patterns import deferred
from chat_tui.widgets.markup.ranking import SCATTERED, WORD, rank

SHOWN = 8
"""At most so many names; commands are all shown."""

_MODIFIERS = frozenset(spec.name for spec in COMMANDS if spec.is_modifier)
"""Also those that nobody is offered: what stands behind them is completed all the same."""
_VERB = deferred(r"(/\S*)(\s*)(\S*)(\s*)")


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
    usage: CommandSpec | None = None
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


def complete(
    text_before_cursor: str,
    commands: Sequence[CommandSpec],
    names: Sequence[str],
    names_for: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Completion | None:
    """What can complete `text_before_cursor`, best first, or None where nothing is to be said.

    `names_for` has the names that fit a command, where not all `names` do.
    """
    parsed = _parse(text_before_cursor)
    if parsed.verb is not None and parsed.argument is None:
        return _verbs(parsed, commands)
    if (spec := _spec_of(parsed.verb, commands)) is not None and spec.takes_name:
        return _recipients(parsed, spec, names_for.get(spec.name, names))
    word_start = _last_word(text_before_cursor)
    if text_before_cursor.startswith("@", word_start):
        found = _best(text_before_cursor[word_start + 1 :], names)
        candidates = tuple(Candidate(f"@{name} ", f"@{name}") for name in found)
        return Completion(word_start, candidates) if candidates else None
    at_text = parsed.verb is None and parsed.start < len(text_before_cursor)
    last = parsed.verb or (parsed.used[-1] if parsed.used else "")
    usage = None if at_text else _spec_of(last, commands)
    return None if usage is None else Completion(parsed.start, usage=usage)


def complete_name(text_before_cursor: str, names: Sequence[str]) -> Completion | None:
    """Names for a word of ordinary text, for who asks: `bob: ` where a line of text begins, `bob ` further on.

    Only what a name, or a part of it, begins with; a word that merely has letters of a name in it stays what it is.
    """
    parsed = _parse(text_before_cursor)
    start = _last_word(text_before_cursor)
    if start == len(text_before_cursor) or (parsed.verb is not None and parsed.argument is None):
        return None
    begins = start == parsed.start or text_before_cursor[start - 1] == "\n"
    found = _best(text_before_cursor[start:], names, worst=WORD)
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
        if verb not in _MODIFIERS or not end:
            return _Parsed(tuple(used), start, verb, argument, found.start(3))
        used.append(verb)
        start = found.end()
    return _Parsed(tuple(used), start)


def _last_word(text: str) -> int:
    """Where the word begins that `text` ends in; its length where it ends in white space."""
    return len(text) if not text or text[-1].isspace() else len(text) - len(text.rsplit(maxsplit=1)[-1])


def _verbs(parsed: _Parsed, commands: Sequence[CommandSpec]) -> Completion | None:
    """Commands for a word that begins with a slash."""
    word = parsed.verb or ""
    usable = [spec for spec in commands if _may_follow(spec.name, parsed.used)]
    whole = _spec_of(word, usable)
    if whole and (not whole.arguments or whole.may_be_bare):
        return Completion(parsed.start, usage=whole)
    by_name = {spec.name[1:]: spec for spec in usable}
    candidates = tuple(
        Candidate(f"{spec.name} " if spec.arguments else spec.name, spec.usage, spec.summary)
        for spec in (by_name[name] for name in _best(word[1:], list(by_name), most=len(by_name)))
    )
    return Completion(parsed.start, candidates, incomplete=True) if candidates else None


def _may_follow(name: str, used: Sequence[str]) -> bool:
    """Behind `/txn` anything may follow, behind other modifiers only those that are left."""
    return name not in used and (name in _MODIFIERS or set(used) <= {"/txn"})


def _recipients(parsed: _Parsed, spec: CommandSpec, names: Sequence[str]) -> Completion:
    """Names for the argument of `/to` and its like; an @ before them is understood and dropped."""
    argument = parsed.argument or ""
    after = " " if spec.is_modifier else ""
    written = argument.removeprefix("@").casefold()
    whole = any(name.casefold() == written for name in names)
    if whole and not after:
        return Completion(parsed.start, usage=spec)
    found = _best(argument.removeprefix("@"), names)
    if not found:
        return Completion(parsed.start, usage=spec)
    candidates = tuple(Candidate(f"{name}{after}", name) for name in found)
    # `/to bob` alone means something: what is written next is for bob.
    return Completion(parsed.argument_start, candidates, incomplete=not whole or bool(parsed.used))


def _spec_of(name: str | None, commands: Iterable[CommandSpec]) -> CommandSpec | None:
    """The row of the command `name`, if it is known."""
    return next((spec for spec in commands if spec.name == name), None)


def _best(query: str, words: Sequence[str], worst: int = SCATTERED, most: int = SHOWN) -> list[str]:
    """The words that fit `query`, best first and otherwise in their own order, at most `most`; `worst` is a rank."""
    wanted = query.casefold()
    if len(wanted) < 2:
        worst = min(worst, WORD)  # one letter is in half of all words
    ranked = ((rank(wanted, word.casefold()), at, word) for at, word in enumerate(words))
    fitting = ((grade, at, word) for grade, at, word in ranked if grade is not None and grade <= worst)
    return [word for _, _, word in nsmallest(most, fitting)]
