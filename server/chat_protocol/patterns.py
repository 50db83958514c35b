"""Deferred patterns: regular expressions that are compiled when they are first used, and not while a program starts.

Those of the client took 15 ms of its start; most are for texts that come much later, or never.
"""

import re
from typing import Any, AnyStr, cast


class _Deferred:
    """Stands for a compiled pattern. Each of its methods is looked up once."""

    def __init__(self, source: str | bytes, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        found = self.__dict__[name] = getattr(re.compile(self._source, self._flags), name)
        return found


def deferred(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what `re.compile` does, as far as its methods go. A mistake in `source` is raised at its first use."""
    return cast("re.Pattern[AnyStr]", _Deferred(source, flags))
