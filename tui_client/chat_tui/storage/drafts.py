"""Drafts: the texts being written, by target; kept over a restart in a file that only its owner can read."""

import contextlib
from pathlib import Path

import msgspec

from chat_tui.state.paste_guard import looks_like_a_secret
from chat_tui.storage.atomic_file import write_atomic_private

MOST = 50
_MOST_BYTES = 1024 * 1024
_MOST_PLACES = 20
_LONGEST = 20_000
"""Characters of a text that is written down; no server takes a longer one."""


class Drafts:
    """Texts by target: a client id, "" for everyone. `file` is where they outlive us, `place` whose they are there.

    What looks like a secret, is to delete itself, or is far too long to be sent, is remembered but never written down.
    Two windows may write one file: each changes what was changed in it. A file that can't be read or written is no
    reason not to chat.
    """

    def __init__(self, file: Path | None = None, place: str = "") -> None:
        self._file = file
        self._place = place
        self._texts: dict[str, str] = {}
        self._fleeting: set[str] = set()
        if file is not None:
            self._texts = dict(list(_read(file).get(place, {}).items())[:MOST])
        self._saved = dict(self._texts)

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

    def save(self) -> None:
        """Write down what has changed since the last time."""
        lasting = {target: text for target, text in self._texts.items() if target not in self._fleeting}
        if self._file is None or lasting == self._saved:
            return
        places = _read(self._file)
        theirs = places.pop(self._place, {})  # another window of ours may have changed others of them
        for target in self._saved.keys() | lasting.keys():
            if lasting.get(target) != self._saved.get(target):
                theirs.pop(target, None)
                if target in lasting:
                    theirs[target] = lasting[target]
        if theirs:
            places[self._place] = theirs
        for place in list(places)[: max(0, len(places) - _MOST_PLACES)]:
            del places[place]
        while len(written := msgspec.json.encode(places)) > _MOST_BYTES:
            del places[next(iter(places))]  # what is longer could not be read again
        with contextlib.suppress(OSError):
            write_atomic_private(self._file, written)
            self._saved = lasting


def _read(file: Path) -> dict[str, dict[str, str]]:
    """What the file has of the right shape."""
    try:
        with file.open("rb") as opened:
            known = msgspec.json.decode(opened.read(_MOST_BYTES))
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}
    if not isinstance(known, dict):
        return {}
    return {
        place: {target: text for target, text in texts.items() if isinstance(text, str)}
        for place, texts in known.items()
        if isinstance(texts, dict)
    }
