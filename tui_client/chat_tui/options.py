"""Options of the command line: holds what it can say, and reads the plain ones without argparse.

To import argparse and to describe all options to it takes 7 ms, a thirtieth of a start.
"""

from collections.abc import Sequence

_FLAGS = {"--guest": "guest", "--reduce-motion": "reduce_motion"}
_WITH_A_VALUE = {"--name": "name", "--theme": "theme", "--density": "density"}


class Options:
    """What was said, as `vars` has it for the settings; None is nothing."""

    def __init__(self) -> None:
        self.url: str | None = None
        self.name: str | None = None
        self.guest = False
        self.theme: str | None = None
        self.density: str | None = None
        self.reduce_motion: bool | None = None
        self.plain = False
        self.timeout: float | None = None
        self.rooms: list[str] = []


def plain_options(words: Sequence[str]) -> Options | None:
    """Read an address, plain flags and options with their values; None where there is anything else.

    What is understood here, argparse understands in the same way.
    """
    options = Options()
    rest = iter(words)
    for word in rest:
        if word in _WITH_A_VALUE:
            value = next(rest, "-")
            if value.startswith("-"):
                return None
            setattr(options, _WITH_A_VALUE[word], value)
        elif options.url is None and not word.startswith("-") and (":" in word or "." in word):
            options.url = word
        elif word in _FLAGS:
            setattr(options, _FLAGS[word], True)
        else:
            return None
    return options
