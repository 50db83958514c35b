"""Entry point of `chat-tui`: draws the first frame, with hardly anything imported, and only then reads the arguments.

Reading them takes as long as all that is done before, and says nothing that the frame depends on.
"""

import io
import os
import sys
from collections.abc import Sequence

from chat_tui.terminal.fitness import why_no_screen

_FLAGS = ("--guest", "--reduce-motion")
_WITH_A_VALUE = ("--name", "--theme", "--density")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the client until the user leaves. Returns the exit status."""
    # Textual reads it at import. The message list gathers to 30 frames a second by itself, and animations have 60; this
    # is for how long a key waits after a frame of somebody else's.
    os.environ.setdefault("TEXTUAL_FPS", "1000")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a name that the language settings can't write is no reason to end
    words = sys.argv[1:] if arguments is None else arguments
    from chat_tui.terminal.splash import Splash  # noqa: PLC0415 - not on every system

    splash = Splash()
    try:
        composer = _composer_wanted(words)
        if composer is not None and not why_no_screen():
            splash.show(composer=composer)
        from chat_tui.program import run  # noqa: PLC0415 - after the first frame

        return run(words, splash)
    except KeyboardInterrupt:  # before the program has the keyboard, or listens to signals
        return 130
    finally:
        splash.end()


def _composer_wanted(words: Sequence[str]) -> bool | None:
    """Whether the first frame has a composer: it is known where to go. None where there may be no screen at all.

    What is understood here, argparse understands, too: no complaint of its may be written into the frame.
    """
    address = ""
    rest = iter(words)
    for word in rest:
        if word in _WITH_A_VALUE:
            if next(rest, "-").startswith("-"):
                return None
        elif not address and not word.startswith("-") and (":" in word or "." in word):
            address = word
        elif word not in _FLAGS:
            return None
    return bool(address or os.environ.get("CHAT_TUI_SERVER"))
