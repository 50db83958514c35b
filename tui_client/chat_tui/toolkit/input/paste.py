"""The paste buffer: gathers a bracketed paste up to its end marker, and makes plain text of it. Pure.

Takes time and memory as the paste is long; of one that is too long the rest is dropped, and is no key either.
"""

import re

PASTE_BEGIN, PASTE_END = b"\x1b[200~", b"\x1b[201~"
LONGEST_PASTE = 1 << 20
"""Bytes that are kept."""

_DROPPED = "[\x00-\x08\x0b-\x1f\x7f-\x9f]"


class PasteBuffer:
    """One paste."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def add(self, data: bytes) -> int | None:
        """Take more of it. Returns how many bytes of this are behind the end marker; None before there is one."""
        paste = self._bytes
        looked_at = max(0, len(paste) - len(PASTE_END) + 1)
        paste += data
        end = paste.find(PASTE_END, looked_at)
        if end < 0:
            if len(paste) > LONGEST_PASTE + len(PASTE_END):  # at its end the marker may begin
                del paste[LONGEST_PASTE : 1 - len(PASTE_END)]
            return None
        behind = len(paste) - end - len(PASTE_END)
        del paste[end:]
        return behind

    def cut_marker(self) -> bytes:
        """Take away what may be the beginning of the end marker: where that is torn, it is no text."""
        paste = self._bytes
        length = next((n for n in range(len(PASTE_END) - 1, 0, -1) if paste.endswith(PASTE_END[:n])), 0)
        marker = bytes(paste[len(paste) - length :])
        del paste[len(paste) - length :]
        return marker

    def text(self) -> str:
        """What was pasted, without controls other than tabs; every line break is a line feed."""
        text = self._bytes[:LONGEST_PASTE].decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
        return re.sub(_DROPPED, "", text)
