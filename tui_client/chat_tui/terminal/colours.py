"""Colours of terminals: says of those that show all of them that they do, where nothing else says so.

COLORTERM is not passed on by ssh, and the drawing library takes most names of terminals for one of 16 colours.
"""

from collections.abc import MutableMapping

_OF_ALL_COLOURS = ("alacritty", "contour", "foot", "ghostty", "rio", "wezterm", "xterm-ghostty", "xterm-kitty")


def tell_colours(environ: MutableMapping[str, str]) -> None:
    """Set COLORTERM by TERM, if that is enough to know."""
    name = environ.get("TERM", "")
    if not environ.get("COLORTERM") and (name.startswith(_OF_ALL_COLOURS) or name.endswith("-direct")):
        environ["COLORTERM"] = "truecolor"
