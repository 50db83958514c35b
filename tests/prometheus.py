"""A reader of what Prometheus reads, which knows nothing of our writer."""

import re

_LINE = re.compile(r"([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (\S+)", re.ASCII)
_LABEL = re.compile(r'([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)', re.ASCII)
_ESCAPE = re.compile(r"\\(.)")


def unescaped(text: str) -> str:
    """A label's value as it was meant."""
    return _ESCAPE.sub(lambda match: {"n": "\n"}.get(match[1], match[1]), text)


def read(text: str) -> dict[tuple, float]:
    """Every sample of a page, by its name and its labels; fails on what is no sample and no comment."""
    samples = {}
    assert text.endswith("\n")
    for line in text[:-1].split("\n"):
        if line.startswith(("# HELP ", "# TYPE ")):
            continue
        match = _LINE.fullmatch(line)
        assert match, line
        labels = _LABEL.findall(match[2] or "")
        assert ",".join(f'{key}="{value}"' for key, value in labels) == (match[2] or "")
        key = (match[1], *((key, unescaped(value)) for key, value in labels))
        assert key not in samples
        samples[key] = float(match[3])
    return samples
