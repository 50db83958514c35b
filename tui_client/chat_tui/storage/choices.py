"""Saved choices: keeps what was chosen inside the program from one run to the next, beside its secret.

Nothing of it is needed. A damaged file counts as none, and is written anew.
"""

from pathlib import Path

import msgspec

from chat_tui.storage.atomic_file import write_atomic_private

_FILE = "remembered.json"
_LARGEST = 65_536
MOST_ROOMS = 8
_LONGEST_URL = 1000


class RememberError(Exception):
    """Something can't be kept. Its text is for a person; everything goes on without."""


class SavedChoices(msgspec.Struct, frozen=True):
    """`theme` was picked when the settings file said `theme_before`, the others likewise; "" is nothing.

    `rooms` are the URLs of rooms that have greeted us, the latest first.
    """

    theme: str = ""
    theme_before: str = ""
    density: str = ""
    density_before: str = ""
    name: str = ""
    name_before: str = ""
    rooms: tuple[str, ...] = ()


def recall(folder: Path) -> SavedChoices:
    """Return what is kept in `folder`; nothing, where that can't be read."""
    try:
        with (folder / _FILE).open("rb") as file:
            return msgspec.json.decode(file.read(_LARGEST), type=SavedChoices)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return SavedChoices()


def with_room(remembered: SavedChoices, url: str) -> SavedChoices:
    """The same, with this room as the latest; one with a URL beyond all measure is left out."""
    if len(url) > _LONGEST_URL:
        return remembered
    others = (room for room in remembered.rooms if room != url)
    return msgspec.structs.replace(remembered, rooms=(url, *others)[:MOST_ROOMS])


def remember(folder: Path, remembered: SavedChoices) -> None:
    """Keep this in place of what was kept: as a whole or not at all, for its owner's eyes alone.

    Raises:
        RememberError: when it can't be written.
    """
    path = folder / _FILE
    try:
        write_atomic_private(path, msgspec.json.encode(remembered))
    except OSError as error:
        raise RememberError(f"{path} can't be written ({error.strerror}).") from error
