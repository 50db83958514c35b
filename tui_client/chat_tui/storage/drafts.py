"""Drafts: the texts being written, by target; kept over a restart in files that only their owner can read.

Each window has a file of its own, so that two never show, and send, one draft. What a window leaves behind that was
closed or killed goes to the next one that is opened in that room.
"""

from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import msgspec

from chat_tui.connection.address import place
from chat_tui.state.paste_guard import looks_like_a_secret
from chat_tui.storage.atomic_file import locked, set_aside, write_atomic_private
from chat_tui.storage.window_file import HAS_LOCKS, left_behind, sweep, take_free, unlock_file

MOST = 50
_FOLDER, _OLD_FILE = "drafts", "drafts.json"
_MOST_BYTES = 8 * 1024 * 1024
_MOST_FILES = 100
_LONGEST = 20_000
"""Characters of a text that is written down; no server takes a longer one."""


class Drafts:
    """Texts by target: a client id, "" for everyone. `folder` is where they outlive us, `room` the URL of the room.

    `before` are other URLs under which an earlier version may have had them. What looks like a secret, is to delete
    itself, or is far too long to be sent, is remembered but never written down. What can't be read or written is no
    reason not to chat; `trouble` says what of it could not be read, "" for nothing.
    """

    def __init__(self, folder: Path | None = None, room: str = "", before: Sequence[str] = ()) -> None:
        self.trouble = ""
        self._path: Path | None = None
        self._lock: int | None = None
        self._texts: dict[str, str] = {}
        self._fleeting: set[str] = set()
        self._saved: dict[str, str] = {}
        if folder is not None:
            self._room = sha256(f"chat-tui drafts {room}".encode(errors="surrogatepass")).hexdigest()[:16]
            with suppress(OSError):
                self._take_over(folder / _FOLDER)
            with suppress(OSError):
                self._take_old(folder / _OLD_FILE, [place(url) for url in (room, *before) if url])

    def get(self, target: str) -> str:
        """The text begun for this target, "" for none."""
        return self._texts.get(target, "")

    def keep(self, target: str, text: str, *, fleeting: bool = False) -> None:
        """Remember a text, or with "" that there is none; a `fleeting` one is not to be written down."""
        self._texts.pop(target, None)
        self._fleeting.discard(target)
        if text.strip():
            self._texts[target] = text
            if fleeting or len(text) > _LONGEST or looks_like_a_secret(text):
                self._fleeting.add(target)
        while len(self._texts) > MOST:
            del self._texts[next(iter(self._texts))]

    def save(self, *, durable: bool = False) -> None:
        """Write down what has changed since the last time; what is `durable` outlives a loss of power as well."""
        lasting = {target: text for target, text in self._texts.items() if target not in self._fleeting}
        if self._path is None or lasting == self._saved:
            return
        with suppress(OSError):
            if lasting:
                write_atomic_private(self._path, _format(lasting), durable=durable)
            else:
                self._path.unlink(missing_ok=True)
            self._saved = lasting

    def close(self) -> None:
        """Leave the file to whoever comes next; nothing is written down any more."""
        if self._path is not None and self._lock is not None:
            unlock_file(self._path, self._lock)
        self._path = self._lock = None

    # -- what was left behind -----------------------------------------------------------------------------------

    def _take_over(self, folder: Path) -> None:
        if not HAS_LOCKS:
            self._path = folder / f"{self._room}-1.json"
            self._texts = self._saved = self._read(self._path)
            return
        taken = take_free(folder, self._room)
        if taken is None:
            return
        self._path, self._lock = own, _ = taken
        self._texts = self._read(own)
        self._saved = dict(self._texts)
        self._collect(folder, own)
        sweep(folder, own)

    def _collect(self, folder: Path, own: Path) -> None:
        """Take what others have left of this room; a second text for one target stays where it is, for the next."""
        files = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
        too_old = set(files[: max(0, len(files) - _MOST_FILES)])
        for path, lock in left_behind(folder, own):
            if path in too_old:
                path.unlink(missing_ok=True)
            elif path.name.startswith(f"{self._room}-"):
                theirs = self._read(path)
                rest = self._adopt(theirs)
                self.save(durable=True)
                if rest != theirs and self._texts == self._saved:
                    _write(path, rest)
            unlock_file(path, lock)

    def _take_old(self, file: Path, places: Sequence[str]) -> None:
        """The one file that an earlier version had for all windows and rooms: what it has of this room goes here."""
        if self._path is None or not file.exists():
            return
        with locked(file):
            known = _decode(file)
            if known is None:
                self._tell(set_aside(file, file.read_bytes()))
                file.unlink(missing_ok=True)
                return
            for one in places:
                theirs = known.pop(one, {})
                if rest := self._adopt(theirs):
                    known[one] = rest
            self.save(durable=True)
            if self._texts != self._saved:
                return
            if known:
                write_atomic_private(file, msgspec.json.encode(known))
            else:
                file.unlink(missing_ok=True)

    def _adopt(self, theirs: dict[str, str]) -> dict[str, str]:
        """Take texts for those for whom there is none; returns the others."""
        rest = {}
        for target, text in theirs.items():
            if self._texts.get(target, text) != text or len(self._texts) >= MOST:
                rest[target] = text
            else:
                self._texts[target] = text
        return rest

    def _read(self, path: Path) -> dict[str, str]:
        """What a file has; what can't be read of it is set aside."""
        try:
            with path.open("rb") as opened:
                data = opened.read(_MOST_BYTES)
        except OSError:
            return {}
        texts, rest = _parse(data)
        if rest:
            self._tell(set_aside(path, rest))
            _write(path, texts)
        return texts

    def _tell(self, aside: Path | None) -> None:
        where = "" if aside is None else f" What's left of it is in {aside}."
        self.trouble = f"A draft couldn't be read: its file is damaged.{where}"


def _format(texts: dict[str, str]) -> bytes:
    """A JSON object with a row for each text, so that the others can be read when one is damaged."""
    rows = [msgspec.json.encode(target) + b":" + msgspec.json.encode(text) for target, text in texts.items()]
    return b"{" + b",\n".join(rows) + b"}"


def _parse(data: bytes) -> tuple[dict[str, str], bytes]:
    """The texts in a file, and the rows that are none."""
    texts: dict[str, str] = {}
    rest = []
    for row in data.split(b"\n"):
        one = row.strip().removeprefix(b"{").removesuffix(b"}").removesuffix(b",")
        if not one:
            continue
        try:
            texts |= msgspec.json.decode(b"{" + one + b"}", type=dict[str, str])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            rest.append(row)
    return texts, b"\n".join(rest)


def _write(path: Path, texts: dict[str, str]) -> None:
    """Make a file hold these, which may be fewer than before; without any there is none."""
    if texts:
        write_atomic_private(path, _format(texts), durable=True)
    else:
        path.unlink(missing_ok=True)


def _decode(file: Path) -> dict[str, dict[str, str]] | None:
    """What the old file has of the right shape; None where it is damaged."""
    try:
        known = msgspec.json.decode(file.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(known, dict):
        return {}
    return {
        one: {target: text for target, text in texts.items() if isinstance(text, str)}
        for one, texts in known.items()
        if isinstance(texts, dict)
    }
