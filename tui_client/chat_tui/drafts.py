"""What was being written, for each target; kept over a restart in a file that only its owner can read."""

import contextlib
from pathlib import Path

import msgspec

from chat_tui.paste_guard import looks_like_a_secret
from chat_tui.private_file import write_private

MOST = 50
_MOST_BYTES = 1024 * 1024
_MOST_PLACES = 20


class Drafts:
    """Texts by target: a client id, "" for everyone. `file` is where they outlive us, `place` whose they are there.

    What looks like a secret, or is to delete itself, is remembered but never written down. A file that can't be read
    or written is no reason not to chat.
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
            if fleeting or looks_like_a_secret(text):
                self._fleeting.add(target)
        while len(self._texts) > MOST:
            del self._texts[next(iter(self._texts))]

    def save(self) -> None:
        """Write down what has changed since the last time."""
        lasting = {target: text for target, text in self._texts.items() if target not in self._fleeting}
        if self._file is None or lasting == self._saved:
            return
        places = _read(self._file)
        places.pop(self._place, None)
        if lasting:
            places[self._place] = lasting
        for place in list(places)[: max(0, len(places) - _MOST_PLACES)]:
            del places[place]
        with contextlib.suppress(OSError):
            write_private(self._file, msgspec.json.encode(places))
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
