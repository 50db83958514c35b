"""Entry point of `chat-tui`: draws the first frame, with hardly anything imported, and only then reads the arguments.

To have argparse read them takes as long as all that is done before; those that are plain are read without it.
"""

import io
import os
import sys
from collections.abc import Sequence

from chat_tui.options import plain_options
from chat_tui.terminal.fitness import why_no_screen


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
        options = plain_options(words)
        if options is not None and not why_no_screen():  # else no complaint may be written into the frame
            splash.show(composer=bool(options.url or os.environ.get("CHAT_TUI_SERVER")))
        if options is None:
            from chat_tui.arguments import parse  # noqa: PLC0415 - what is plain needs it not

            options = parse(words)
        from chat_tui.program import run  # noqa: PLC0415 - after the first frame

        return run(options, splash)
    except KeyboardInterrupt:  # before the program has the keyboard, or listens to signals
        return 130
    finally:
        splash.end()
