"""Crash report: writes down where a fault has ended the program, and nothing of what anybody wrote."""

import secrets
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

_MOST_CAUSES = 20


def write_crash_report(error: BaseException, folder: Path) -> str:
    """Keep the way to a fault, in `folder` or with temporary files; returns a sentence that says where."""
    text = "".join(without_words(error))
    for place in (folder, Path(tempfile.gettempdir())):
        path = place / f"crash-{secrets.token_hex(4)}.log"
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600, exist_ok=False)
            path.write_text(text, encoding="utf-8", errors="backslashreplace")
        except OSError:
            continue
        return f"Details are in {path}"
    return f"The details couldn't be saved: {type(error).__name__}"


def without_words(error: BaseException) -> Iterator[str]:
    """Yield the traceback with the code's own lines and the kinds of the exceptions, what came first at the top.

    What an exception says is left out: it likes to quote the value that it does not like.
    """
    errors = _chain(error)
    for number, one in enumerate(errors):
        if number:
            yield "\nAnd then:\n\n"
        yield "Traceback (most recent call last):\n"
        yield from traceback.format_tb(one.__traceback__)
        module = type(one).__module__
        yield f"{type(one).__qualname__}\n" if module == "builtins" else f"{module}.{type(one).__qualname__}\n"


def _chain(error: BaseException) -> list[BaseException]:
    """An exception after what it came from, and a group after what is in it."""
    found: list[BaseException] = []
    ahead: list[BaseException] = [error]
    while ahead and len(found) < _MOST_CAUSES:
        one = ahead.pop()
        if one in found:
            continue
        found.append(one)
        before = one.__cause__ if one.__suppress_context__ else one.__cause__ or one.__context__
        ahead += [each for each in (before,) if each is not None]
        ahead += one.exceptions if isinstance(one, BaseExceptionGroup) else ()
    return found[::-1]
