"""Suggestions: proposes the name that somebody has most likely meant. Pure."""

from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a question with the nearest of the known names, to be put after a sentence; "" where none is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - most make no mistake

    names = list(known)
    folded = {name.casefold(): name for name in names}
    near = get_close_matches(word[:100].casefold().replace("-", "_"), folded, n=1, cutoff=0.7)
    near = near or get_close_matches(word[:100].casefold(), folded, n=1, cutoff=0.7)
    return f" Did you mean {folded[near[0]]}?" if near else ""
