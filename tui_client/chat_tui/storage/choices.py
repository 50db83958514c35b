"""Saved choices: keeps what was chosen inside the program from one run to the next, beside its secret.

Nothing of it is needed. What is damaged counts as not chosen, each thing by itself, and is written anew.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from chat_tui.connection.address import ConnectionUrlError, one_place, one_spelling, parse_url, place
from chat_tui.storage.atomic_file import locked, write_atomic_private

_FILE = "remembered.json"
_LARGEST = 65_536
MOST_ROOMS = 8
MOST_NAMES = 50
_MOST_SPELLINGS = 50
_LONGEST_URL = 1000


class RememberError(Exception):
    """Something can't be kept. Its text is for a person; everything goes on without."""


class SavedName(msgspec.Struct, frozen=True):
    """A name that was taken in a room, when the settings file said `before`; "" is nothing."""

    name: str
    before: str = ""


class SavedChoices(msgspec.Struct, frozen=True):
    """`theme` was picked when the settings file said `theme_before`, the others likewise; "" is nothing.

    `rooms` are the URLs of rooms that have greeted us, the latest first. `names` are those that we have taken there, by
    place, a host and port in their one spelling. `spellings`, by place too, are other spellings that the secret there
    is made from, since that is who we are: it was typed so before there was one spelling.
    """

    theme: str = ""
    theme_before: str = ""
    density: str = ""
    density_before: str = ""
    name: str = ""
    name_before: str = ""
    rooms: tuple[str, ...] = ()
    names: dict[str, SavedName] = {}
    spellings: dict[str, str] = {}


def recall(folder: Path) -> SavedChoices:
    """Return what is kept in `folder`, as far as it can be read."""
    try:
        with (folder / _FILE).open("rb") as file:
            known = msgspec.json.decode(file.read(_LARGEST), type=dict[str, msgspec.Raw])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return SavedChoices()
    return _with_spellings(SavedChoices(**dict(_fitting(known))))


def _fitting(known: Mapping[str, msgspec.Raw]) -> Iterator[tuple[str, Any]]:
    for field in msgspec.structs.fields(SavedChoices):
        if field.name in known:
            with suppress(msgspec.DecodeError, UnicodeDecodeError):
                yield field.name, msgspec.json.decode(known[field.name], type=field.type)


def _with_spellings(choices: SavedChoices) -> SavedChoices:
    """The same, with the spelling that we were last known by at each place where the rooms are told apart by it."""
    spellings: dict[str, str] = {}
    for url in choices.rooms:
        with suppress(ConnectionUrlError):
            parsed = parse_url(url)
            spellings.setdefault(one_place(parsed), place(parsed))
    spellings = {one: typed for one, typed in spellings.items() if one != typed} | choices.spellings
    kept = dict(list(spellings.items())[-_MOST_SPELLINGS:])
    return choices if kept == choices.spellings else msgspec.structs.replace(choices, spellings=kept)


def with_room(remembered: SavedChoices, url: str) -> SavedChoices:
    """The same, with this room as the latest, in its one spelling; one with a URL beyond all measure is left out."""
    if len(url) > _LONGEST_URL:
        return remembered
    query = url.partition("?")[2]
    url = f"{one_spelling(url)}?{query}" if query else one_spelling(url)
    others = (room for room in remembered.rooms if _in_one_spelling(room) != one_spelling(url))
    return msgspec.structs.replace(remembered, rooms=(url, *others)[:MOST_ROOMS])


def _in_one_spelling(url: str) -> str:
    try:
        return one_spelling(parse_url(url))
    except ConnectionUrlError:
        return url


def with_name(remembered: SavedChoices, where: str, name: SavedName | None) -> SavedChoices:
    """The same, with the name that we have taken at a place; None for no name of its own there."""
    names = {place: one for place, one in remembered.names.items() if place != where}
    if name is not None:
        names[where] = name
    return msgspec.structs.replace(remembered, names=dict(list(names.items())[-MOST_NAMES:]))


def change(folder: Path, changed: Callable[[SavedChoices], SavedChoices]) -> None:
    """Keep what `changed` makes of what is kept now, by whichever window: as a whole, for its owner's eyes alone.

    Raises:
        RememberError: when it can't be written.
    """
    path = folder / _FILE
    try:
        with locked(path):
            before = recall(folder)
            if (after := changed(before)) != before:
                write_atomic_private(path, msgspec.json.encode(after))
    except OSError as error:
        raise RememberError(f"{path} can't be written ({error.strerror}).") from error
