"""What was chosen inside the program, from one run to the next; kept beside its secret.

Nothing of it is needed. A damaged file counts as none, and is written anew.
"""

import os
import secrets
from pathlib import Path

import msgspec

_FILE = "remembered.json"
_LARGEST = 65_536
MOST_ROOMS = 8
_LONGEST_URL = 1000


class RememberError(Exception):
    """Something can't be kept. Its text is for a person; everything goes on without."""


class Remembered(msgspec.Struct, frozen=True):
    """`theme` was picked when the settings file said `theme_before`, `name` likewise; "" is nothing.

    `rooms` are the URLs of rooms that have greeted us, the latest first.
    """

    theme: str = ""
    theme_before: str = ""
    name: str = ""
    name_before: str = ""
    rooms: tuple[str, ...] = ()


def recall(folder: Path) -> Remembered:
    """Return what is kept in `folder`; nothing, where that can't be read."""
    try:
        with (folder / _FILE).open("rb") as file:
            return msgspec.json.decode(file.read(_LARGEST), type=Remembered)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return Remembered()


def with_room(remembered: Remembered, url: str) -> Remembered:
    """The same, with this room as the latest; one with a URL beyond all measure is left out."""
    if len(url) > _LONGEST_URL:
        return remembered
    others = (room for room in remembered.rooms if room != url)
    return msgspec.structs.replace(remembered, rooms=(url, *others)[:MOST_ROOMS])


def remember(folder: Path, remembered: Remembered) -> None:
    """Keep this in place of what was kept: as a whole or not at all, for its owner's eyes alone.

    Raises:
        RememberError: when it can't be written.
    """
    path = folder / _FILE
    draft = path.with_name(f"{_FILE}.{secrets.token_hex(8)}")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(msgspec.json.encode(remembered))
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise RememberError(f"{path} can't be written ({error.strerror}).") from error
