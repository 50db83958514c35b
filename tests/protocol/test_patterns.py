"""Deferred patterns: what `re.compile` returns, made at the first use."""

import re
import subprocess
import sys

import pytest

from chat_protocol.patterns import deferred


@pytest.mark.parametrize("method", ["match", "search", "fullmatch"])
@pytest.mark.parametrize("text", ["", "abc", "Abc 1", "1"])
def test_it_finds_what_a_compiled_pattern_finds(method, text):
    """The first time and the second."""
    for source, flags in (("[a-c]+", 0), ("[a-c]+", re.IGNORECASE), (r"\d", re.ASCII)):
        pattern, compiled = deferred(source, flags), re.compile(source, flags)
        for _ in range(2):
            ours, theirs = getattr(pattern, method)(text), getattr(compiled, method)(text)
            assert (ours and ours.span()) == (theirs and theirs.span())


def test_bytes_and_the_other_methods():
    """They are the pattern's own."""
    assert deferred(rb"(.)\1*", re.DOTALL).sub(b"x", b"aab") == b"xx"
    assert deferred("b").split("abc") == ["a", "c"]


def test_a_mistake_is_told_at_the_first_use():
    """And not where the module is imported."""
    pattern = deferred("(")
    with pytest.raises(re.error):
        pattern.search("")


def test_what_the_client_imports_compiles_nothing_of_ours():
    """Each pattern would take its part of a start that needs few of them."""
    watch = (
        "import re, sys\n"
        "compiled, real = [], re.compile\n"
        "def noted(*arguments):\n"
        "    caller = sys._getframe(1).f_code.co_filename\n"
        "    compiled.extend([caller] * ('chat_tui' in caller or 'chat_protocol' in caller))\n"
        "    return real(*arguments)\n"
        "re.compile = noted\n"
        "import chat_tui.app.app, chat_tui.connection.client\n"
        "print(compiled)"
    )
    told = subprocess.run([sys.executable, "-c", watch], capture_output=True, text=True, check=True).stdout
    assert told == "[]\n"
