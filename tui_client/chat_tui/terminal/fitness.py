"""Terminal check: says why a screen can't be shown here, before anything is drawn."""

import codecs
import io
import os
import sys

_NO_SCREENS = frozenset({"", "dumb", "unknown"})


def why_no_screen() -> str:
    """A sentence about what standard input and output lack for a screen; "" when they have it all.

    An output that is set to another encoding than the terminal's own is put right.
    """
    # A stream that was closed before the program began is None.
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout)):
        return "chat-tui needs a terminal. Without one, use `chat-tui --plain`."
    kind = os.environ.get("TERM", "")
    if kind in _NO_SCREENS:
        what = f"TERM is {kind}" if kind else "TERM isn't set"
        return f"This terminal can't show a full screen ({what}). Use `chat-tui --plain` instead."
    for stream in (sys.stdout, sys.stderr):  # Textual draws on the latter
        if isinstance(stream, io.TextIOWrapper) and not _is_utf8(stream.encoding):
            import locale  # noqa: PLC0415 - hardly anybody's output is anything but UTF-8

            if not _is_utf8(locale.getencoding()):
                return (
                    f"Your locale uses {stream.encoding}, but the screen needs UTF-8: "
                    "set LC_ALL=C.UTF-8, or use `chat-tui --plain`."
                )
            stream.reconfigure(encoding="utf-8")
    return ""


def _is_utf8(encoding: str) -> bool:
    return codecs.lookup(encoding).name == "utf-8"
