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

from chat_tui.state.read_place import LOBBY, ReadPlace, SavedViews
from chat_tui.storage.atomic_file import locked, write_atomic_private

_FILE = "places.json"
_LARGEST = 1024 * 1024
MOST_PLACES = 50
MOST_NAMES = 200
MOST_READ = 400


class SavedPlace(msgspec.Struct, frozen=True, omit_defaults=True):
    """One server, as one person. `read` is how far each room was read in the life `epoch` of the log, by entry.

    `names` are people by client id, the latest last; `used_at` is in seconds since the epoch. `cursor`, `rooms` and
    `shown` are those of `SavedViews`.
    """

    epoch: str = ""
    read: dict[str, int] = {}
    cursor: int | None = None
    rooms: tuple[str, ...] = ()
    shown: str = ""
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
        """From where the home is to go on; None where nobody knows."""
        saved = self._saved
        seq = saved.read.get(LOBBY)
        if seq is not None and saved.cursor is not None:
            seq = min(seq, saved.cursor)
        return ReadPlace(self._saved.epoch, seq) if self._saved.epoch and seq is not None and seq >= 0 else None

    @property
    def names(self) -> Mapping[str, str]:
        """The names of people to whom was written privately, by client id."""
        return self._saved.names

    @property
    def views(self) -> SavedViews:
        """What there was on the screen and beside it, and how far each was read."""
        saved = self._saved
        return SavedViews(saved.epoch, saved.read, saved.cursor or 0, saved.rooms, saved.shown)

    def save(self, read: ReadPlace | None, names: Mapping[str, str]) -> None:
        """Write down how far the home was read, and names."""
        if read is None:
            self.save_views(self.views, names)
        else:
            views = self.views
            known = views.read if views.epoch == read.epoch else {}
            self.save_views(
                msgspec.structs.replace(views, epoch=read.epoch, read=known | {LOBBY: read.seq}, cursor=read.seq), names
            )

    def save_views(self, views: SavedViews, names: Mapping[str, str]) -> None:
        """Write this down beside what is known by now; where that can't be, don't."""
        if views == self.views and names.items() <= self._saved.names.items():
            return
        with suppress(OSError), locked(self._path):
            places = _read(self._path)
            place = places.pop(self._key, SavedPlace())
            if views.epoch:
                place = _advanced(place, views)
            place = msgspec.structs.replace(place, rooms=views.rooms, shown=views.shown)
            known = {who: name for who, name in place.names.items() if who not in names} | dict(names)
            known = dict(list(known.items())[-MOST_NAMES:])
            place = msgspec.structs.replace(place, names=known, used_at=self._clock())
            others = sorted(places.items(), key=lambda item: item[1].used_at)[1 - MOST_PLACES :]
            write_atomic_private(self._path, msgspec.json.encode(dict(others) | {self._key: place}))
            self._saved = place


def _advanced(place: SavedPlace, views: SavedViews) -> SavedPlace:
    """The newer of two places in one record; in another life of it the rooms of before mean nothing."""
    before, cursor = (place.read, place.cursor or 0) if place.epoch == views.epoch else ({}, 0)
    newest = {word: max(seq, before.get(word, 0)) for word, seq in views.read.items()}
    read = dict(list((before | newest).items())[-MOST_READ:])
    return msgspec.structs.replace(place, epoch=views.epoch, read=read, cursor=max(cursor, views.cursor))


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
