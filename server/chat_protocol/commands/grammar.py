r"""Command grammar: reads and writes the lines of a client. `parse_command` and `format_command` are inverses.

A line that does not begin with `/` is a public message. The modifiers `/to`, `/reply`, `/temp`, `/in` and `/txn` stand
before a message, in any order, each once; `/txn` may stand before any command, and `/in` before each that is about a
room. `//` at the place of a command is a text that begins with one `/`. What is drawn as nothing before the `/` changes
nothing, and the wide `\uff0f` is one too, so that a slip of the finger (` /to bob secret`) never makes a command
public. One space, tab or line feed ends a word; the text after it is kept as it is, line breaks and indentation
included.
"""

import unicodedata
from collections.abc import Callable

import msgspec

from chat_protocol.commands.arguments import TOKEN, CommandError, word_and_rest
from chat_protocol.commands.table import COMMANDS, TYPED_COMMANDS, CommandSpec
from chat_protocol.commands.types import Command, Say
from chat_protocol.patterns import deferred
from chat_protocol.text import DRAWN_AS_NOTHING, REPLACEMENT
from chat_protocol.unknown import OTHER_NAMES, unknown_command

__all__ = ["find_token", "format_command", "parse_command", "split_command"]

# What is drawn as nothing, or stands for something that was made harmless: it may not hide that a line is a command.
_LEADING_SPACE = deferred(rf"[\s{DRAWN_AS_NOTHING}{REPLACEMENT}]*")
_MARKS = ("Mn", "Me")  # categories of what is drawn upon the letter before, or as nothing where there is none
_NOTHING = deferred(rf"[\s{DRAWN_AS_NOTHING}]*")
# Keyboards for Chinese and Japanese write the wide one.
_SLASHES = ("/", "\uff0f")
_BY_NAME = {spec.name: spec for spec in COMMANDS}
_BY_VERB = {spec.verb: spec for spec in COMMANDS if spec.verb}
_MODIFIERS = tuple(spec for spec in reversed(COMMANDS) if spec.is_modifier)  # the token is written first


def parse_command(line: str) -> Command:
    """Read one line.

    Raises:
        CommandError: when the line is not a command; its text says what would be.
    """
    if "!" <= line[:1] <= "~" and line[0] != "/":  # most lines: visible from the first, and no command
        return Say(line)
    try:
        return _parse(line)
    except CommandError as error:
        error.txn = find_token(line)
        raise


def split_command(line: str) -> tuple[str, str]:
    """Return the command that a line begins with, and what stands behind it: "/to" and "bob hi"; "" for a text."""
    start = _lead(line)
    slash = line[start : start + 1]
    if slash not in _SLASHES or line[start + 1 : start + 2] == slash:
        return "", line[:start] + line[start + 1 :] if slash in _SLASHES else line
    return word_and_rest("/" + line[start + 1 :])


def _parse(whole: str) -> Command:
    line = whole
    fields: dict[str, str | int | float] = {}
    while True:
        name, rest = split_command(line)
        if not name:
            return _say(rest, fields)
        spec = _BY_NAME.get(name)
        if spec is None:
            raise _unknown(name)
        if spec.build is not None:
            return _built(spec, spec.build, rest, fields, find_token(whole))
        if spec.field in fields:
            raise CommandError("twice", f"{name} appears twice in this line.")
        word, line = word_and_rest(rest)
        if not word or not line.strip():
            raise CommandError("missing_argument", f"Write {spec.usage}, for example {spec.example}.")
        fields[spec.field] = spec.parse(word)


def _built(
    spec: CommandSpec,
    build: Callable[[str, str | None], Command],
    rest: str,
    fields: dict[str, str | int | float],
    txn: str | None,
) -> Command:
    allowed = ("txn", "room") if spec.in_room else ("txn",)
    if "room" in fields and not spec.in_room:
        raise CommandError("bad_argument", f"{spec.name} is not about a room; write it without /in.")
    if before := [other.name for other in COMMANDS if other.field in fields and other.field not in allowed]:
        verb = "go" if len(before) > 1 else "goes"
        raise CommandError("bad_argument", f"{' and '.join(before)} {verb} before text, not before {spec.name}.")
    if not rest.strip() and spec.arguments and not spec.may_be_bare:
        raise CommandError("missing_argument", f"Write {spec.usage}, for example {spec.example}.")
    command = build(rest, txn)
    return msgspec.structs.replace(command, room=fields["room"]) if "room" in fields else command


def _say(text: str, fields: dict[str, str | int | float]) -> Say:
    if not "!" <= text[:1] <= "~" and _NOTHING.fullmatch(text):
        raise CommandError("empty", "Can't send an empty message.")
    if "to" in fields and "room" in fields:
        raise CommandError("bad_argument", "Direct messages are in no room; write /to without /in.")
    return Say(text, **fields)  # type: ignore[arg-type]  # the table gives each field its type


def find_token(line: str) -> str | None:
    """The token of a line, wherever among its modifiers it stands and whatever is wrong with the rest."""
    while True:
        name, rest = split_command(line)
        spec = _BY_NAME.get(name)
        if spec is None or spec.build is not None:
            return None
        word, line = word_and_rest(rest)
        if spec.field == "txn":
            return word if TOKEN.fullmatch(word) else None


def _unknown(name: str) -> CommandError:
    known = [spec.name for spec in TYPED_COMMANDS]
    text = unknown_command(name, known, OTHER_NAMES, f", only {', '.join(known)}")
    return CommandError("unknown_command", text, unknown=name)


def format_command(command: Command) -> str:
    """Return the line that `parse_command` reads as `command`."""
    if isinstance(command, Say):
        line = ""
        for spec in _MODIFIERS:
            if (value := getattr(command, spec.field)) is not None:
                line += f"{spec.name} {spec.format(value)} "
        return line + _escaped(command.text)
    spec = _BY_VERB[type(command)]
    before = f"/txn {command.txn} " if command.txn else ""
    if room := getattr(command, "room", None):
        before += f"/in {room} "
    return f"{before}{spec.name} {spec.format(command)}".rstrip() if spec.arguments else before + spec.name


def _escaped(text: str) -> str:
    if "!" <= text[:1] <= "~" and text[0] != "/":  # most texts, as in `parse_command`
        return text
    start = _lead(text)
    slash = text[start : start + 1]
    return text[:start] + slash + text[start:] if slash in _SLASHES else text


def _lead(line: str) -> int:
    """Where a line begins to show something."""
    start = _past_blanks(line, 0)
    while start < len(line) and unicodedata.category(line[start]) in _MARKS:
        start = _past_blanks(line, start + 1)
    return start


def _past_blanks(line: str, start: int) -> int:
    match = _LEADING_SPACE.match(line, start)
    return match.end() if match else start
