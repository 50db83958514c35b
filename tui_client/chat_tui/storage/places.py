"""Places: what is remembered of each server from one run to the next: how far it was read, and names of people there.

One file has all of them, each under a hash of its address and of who we are there. Two windows may write it: of two
places in one record the newer one stays. Nothing of it is needed: a damaged file counts as none, and is replaced.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import msgspec

from chat_tui.state.read_place import LOBBY, ReadPlace
from chat_tui.storage.atomic_file import locked, write_atomic_private

_FILE = "places.json"
_LARGEST = 1024 * 1024
MOST_PLACES = 50
MOST_NAMES = 200


class SavedPlace(msgspec.Struct, frozen=True, omit_defaults=True):
    """One server, as one person. `read` is how far each room was read in the life `epoch` of the log, by entry.

    `names` are people by client id, the latest last; `used_at` is in seconds since the epoch.
    """

    epoch: str = ""
    read: dict[str, int] = {}
    names: dict[str, str] = {}
    used_at: float = 0.0


class PlaceFile:
    """What is remembered, in `folder`, of the server at `url` (in its one spelling) as who has this `secret`."""

    def __init__(self, folder: Path, url: str, secret: str, clock: Callable[[], float] = time.time) -> None:
        self._path = folder / _FILE
        self._key = sha256(f"chat-tui place {url} {secret}".encode(errors="surrogatepass")).hexdigest()[:32]
        self._clock = clock
        self._saved = _read(self._path).get(self._key, SavedPlace())

    @property
    def read(self) -> ReadPlace | None:
        """How far the lobby was read; None where nobody knows."""
        seq = self._saved.read.get(LOBBY)
        return ReadPlace(self._saved.epoch, seq) if self._saved.epoch and seq is not None and seq >= 0 else None

    @property
    def names(self) -> Mapping[str, str]:
        """The names of people to whom was written privately, by client id."""
        return self._saved.names

    def save(self, read: ReadPlace | None, names: Mapping[str, str]) -> None:
        """Write down how far the lobby was read, and names, beside what is known by now; where that can't be, don't."""
        if read in (None, self.read) and names.items() <= self._saved.names.items():
            return
        with suppress(OSError), locked(self._path):
            places = _read(self._path)
            place = places.pop(self._key, SavedPlace())
            if read is not None:
                place = _advanced(place, read)
            known = {who: name for who, name in place.names.items() if who not in names} | dict(names)
            known = dict(list(known.items())[-MOST_NAMES:])
            place = msgspec.structs.replace(place, names=known, used_at=self._clock())
            others = sorted(places.items(), key=lambda item: item[1].used_at)[1 - MOST_PLACES :]
            write_atomic_private(self._path, msgspec.json.encode(dict(others) | {self._key: place}))
            self._saved = place


def _advanced(place: SavedPlace, read: ReadPlace) -> SavedPlace:
    """The newer of two places in one record; in another life of it the rooms of before mean nothing."""
    rooms = place.read if place.epoch == read.epoch else {}
    rooms = {**rooms, LOBBY: max(read.seq, rooms.get(LOBBY, 0))}
    return msgspec.structs.replace(place, epoch=read.epoch, read=rooms)


def _read(path: Path) -> dict[str, SavedPlace]:
    """What the file has of the right shape."""
    try:
        with path.open("rb") as file:
            known = msgspec.json.decode(file.read(_LARGEST), type=dict[str, msgspec.Raw])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    places = {}
    for key, raw in known.items():
        with suppress(msgspec.DecodeError, UnicodeDecodeError):
            places[key] = msgspec.json.decode(raw, type=SavedPlace)
    return places
