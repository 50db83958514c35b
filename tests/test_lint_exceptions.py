"""An exception from lint or from types names its rule, and carries its reason on its line."""

import io
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("server", "tui_client", "tests", "benchmarks", "docs")
_BEGINS = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma)\b|#\s*(?:ruff|mypy|pyright|pylint|flake8):")
_NAMES_ITS_RULE = re.compile(
    r"#\s*(?:(?:ruff: )?noqa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|type:\s*ignore\[[\w-]+(?:,\s*[\w-]+)*\]|pragma:\s*[\w ]+)"
)
_REASON = re.compile(r"\s+[-#] +\S*\w.*")
_SETTING = re.compile(r'^ *(?:"[^"]+" = \[)?(?:"[A-Z]+\d*",? ?)+')


def unreasoned(source):
    """The lines of a file with an exception that has no rule or no reason, and what they say."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and _BEGINS.match(token.string):
            rest = _NAMES_ITS_RULE.sub("", token.string)
            if rest == token.string or _BEGINS.search(rest) or not _REASON.fullmatch(rest):
                yield token.start[0], token.string


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_exception_has_its_reason(folder):
    """Whoever comes across it knows whether it still holds."""
    found = [
        f"{path.relative_to(ROOT)}:{line} {comment}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line, comment in unreasoned(path.read_text())
    ]
    assert found == []


def test_every_exception_in_the_settings_has_its_reason():
    """Rules that hold nowhere, or not in a folder."""
    text = (ROOT / "pyproject.toml").read_text()
    ignored = re.findall(r"(?ms)^ignore = \[(.*?)^\]", text)
    in_folders = re.findall(r"(?ms)^\[tool\.ruff\.lint\.per-file-ignores\]\n(.*?)^\[", text)
    assert len(ignored) == len(in_folders) == 1
    lines = [line for line in (ignored[0] + in_folders[0]).splitlines() if _SETTING.match(line)]
    assert len(lines) > 10
    assert [line for line in lines if not re.search(r"# \w", line)] == []


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa: BLE001 - a thread has nobody else to tell",
        "# noqa: FBT001, FBT002  # Textual's signature",
        "# noqa: PLC0415 - --help stays quick",
        "# type: ignore[misc]  # final only for type checkers",
        "# type: ignore[arg-type]  # noqa: A001 - the field's name",
        "# a word about noqa",
    ],
)
def test_a_reason_is_one(comment):
    """After the rules; two exceptions may share it."""
    assert list(unreasoned(f"x = 1  {comment}\n")) == []


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "# noqa: BLE001",
        "# noqa: FBT001, FBT002",
        "# noqa - it can't be helped",
        "# type: ignore",
        "# type: ignore[misc]",
        "# type: ignore  # some reason",
        "# type: ignore[misc]  # noqa: A001",
        "# noqa: BLE001 -",
        "# pragma: no cover",
        "# ruff: noqa: S101",
        "# mypy: ignore-errors",
    ],
)
def test_an_exception_without_a_reason_is_found(comment):
    """With its line."""
    assert list(unreasoned(f"y = 0\nx = 1  {comment}\n")) == [(2, comment)]


def test_what_stands_in_a_text_is_no_exception():
    """Only comments count."""
    assert list(unreasoned('x = "# noqa"\n')) == []
