"""What is a mark in a text and what is not, and that everything else stays as it was written."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chat_tui.widgets.markup.code import code_marks
from chat_tui.widgets.markup.links import find_links
from chat_tui.widgets.markup.parser import find_formats
from chat_tui.widgets.markup.spans import CharStyle
from chat_tui.widgets.messages.text import LOOKS, emoji_of, message_text

ATOMS = [
    "*",
    "**",
    "`",
    "```",
    "_",
    "[",
    "a",
    " ",
    "\n",
    ":tada:",
    ":",
    "py",
    "https://e.org/*a*",
    ".",
    "界",
    "👩\u200d👧",
]
hostile = st.lists(st.sampled_from(ATOMS), max_size=60).map("".join)


def looks(text):
    """What is not plain text, and how it looks; marks themselves left out."""
    formats = find_formats(text, find_links(text), emoji_of)
    return [(text[start:end], look.name.lower()) for start, end, look in formats.marks if look is not CharStyle.MARK]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a *very* good _day_, **really**!", [("very", "emphasis"), ("day", "emphasis"), ("really", "strong")]),
        ("(*this*) “_that_” *é* *🚀*", [(word, "emphasis") for word in ("this", "that", "é", "🚀")]),
        ("say `a *b*` and ``c ` d``", [("a *b*", "code"), ("c ` d", "code")]),
        ("*do `x` now*", [("do `x` now", "emphasis"), ("x", "code")]),
        ("*a *b* c", [("b", "emphasis")]),
        ("*https://e.org/x* it", [("https://e.org/x", "emphasis")]),
    ],
)
def test_what_is_formatted(text, found):
    """Emphasis, strong and code, between words and punctuation, on one line."""
    assert looks(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "2*3*4 = 24",
        "snake_case_name __init__ __name__",
        "rm *.py *.txt, then src/**/*.py",
        "f(*args, **kwargs) and f(*args, **kwargs)",
        "char *p, *q; char **argv, **env",
        "* one\n* two",
        "a lone * and _ and ` and **",
        "**not closed, *nor this",
        "not *over\nlines*",
        "/var/_cache_/x _cache_.py x_y_",
        "a * b * c",
        "***",
        "` `",
        "https://e.org/_a_/*b* http://e.org/*a*?x=_b_",
        "std::vec::new 10:02:33 ::a:: :nothing_of_the_kind:",
        "```\nnot closed",
        "```\n```",
        "[text](https://e.org) <b>x</b>",
    ],
)
def test_what_could_be_anything_else_stays(text):
    """Sums, names, globs, pointers, lists, paths, addresses, and what is not closed."""
    shown = message_text(text)
    assert looks(text) == []
    assert shown.text == text
    assert all(look & LOOKS == CharStyle.TEXT for _, _, look in shown.runs(0, len(text)))


def test_a_fenced_block():
    """From fence to fence, whatever is in it; the language is that of the first fence."""
    text = "see\n```py\nif *a*: # `x` :tada:\n\n```\n*done*"
    [block] = find_formats(text, [], emoji_of).blocks
    assert (block.language, text[slice(*block.code)]) == ("py", "if *a*: # `x` :tada:\n")
    shown = message_text(text)
    assert shown.text == text
    found = [(text[start:end], CharStyle(look).name) for start, end, look in shown.runs(0, len(text))]
    assert found == [
        ("see\n", "TEXT"), ("```py", "FENCE"), ("\n", "BLOCK"), ("if", "KEYWORD"), (" *a*: ", "BLOCK"),
        ("# `x` :tada:", "COMMENT"), ("\n\n", "BLOCK"), ("```", "FENCE"), ("\n", "TEXT"),
        ("*", "MARK"), ("done", "EMPHASIS"), ("*", "MARK"),
    ]  # fmt: skip
    assert [at for at in range(len(text)) if shown.in_block(at)] == list(range(block.start, block.end))


@pytest.mark.parametrize(
    ("language", "code", "found"),
    [
        ("python", "def f(x): return 'a' + 0x1f", "NAME f, KEYWORD def, KEYWORD return, STRING 'a', NUMBER 0x1f"),
        ("rust", "fn f<'a>(x: &'a str) // hm", "KEYWORD fn, COMMENT // hm"),
        ("SQL", "SELECT 1 -- one", "KEYWORD SELECT, NUMBER 1, COMMENT -- one"),
        ("bash", "echo ${#x} # n", "COMMENT # n"),
        ("diff", "@@ 1\n-a\n+b\n c", "COMMENT @@ 1, REMOVED -a, STRING +b"),
        ("klingon", "if 1", ""),
    ],
)
def test_code_has_colours(language, code, found):
    """Keywords, strings, numbers, comments and what is called, in the languages that are known."""
    marks = [f"{look.name} {code[start:end]}" for start, end, look in code_marks(code, 0, len(code), language)]
    assert sorted(marks) == sorted(found.split(", ") if found else [])


def test_shortcodes_are_shown_as_emoji_and_count_as_written():
    """Two in a row are two; what is unknown, in code or within a word stays; offsets are those of the text."""
    text = "go :rocket::tada: `:tada:` a:tada: :+1:!"
    shown = message_text(text, (3, 11))
    assert shown.text == "go 🚀🎉 `:tada:` a:tada: 👍!"
    assert [shown.origin(at) for at in (2, 3, 4, 5)] == [2, 3, 11, 17]
    assert shown.origin(len(shown.text)) == len(text)
    assert [shown.text[start:end] for start, end, look in shown.runs(0, 7) if look > LOOKS] == ["🚀"]


@given(hostile, st.none() | st.tuples(st.integers(0, 80), st.integers(-1, 80)))
@example("```\n`\n```", None)
def test_every_character_is_shown_once_or_is_a_shortcode(text, selected):
    """Marks lie within the text, runs cover what is shown, and every offset leads back into the text."""
    formats = find_formats(text, find_links(text), emoji_of)
    assert all(0 <= start < end <= len(text) for start, end, _ in formats.marks)
    shown = message_text(text, selected)
    assert "".join(shown.text[start:end] for start, end, _ in shown.runs(0, len(shown.text))) == shown.text
    origins = [shown.origin(at) for at in range(len(shown.text) + 1)]
    assert origins == sorted(origins)
    assert origins[-1] == len(text)
    for start, end, replaced in formats.emoji:
        assert emoji_of(text[start + 1 : end - 1]) == replaced
    kept = "".join(char for at, char in enumerate(text) if not any(s <= at < e for s, e, _ in formats.emoji))
    gone = {at for at, origin in enumerate(origins[:-1]) if any(s <= origin < e for s, e, _ in formats.emoji)}
    assert "".join(char for at, char in enumerate(shown.text) if at not in gone) == kept


class Counted(str):
    """A text that counts how many characters are read from it one by one."""

    __slots__ = ("reads",)

    def __getitem__(self, at):
        self.reads = getattr(self, "reads", 0) + 1
        return super().__getitem__(at)


@pytest.mark.parametrize("atom", ["*", "`", "_", "[", ":", "*a ", " *a", "`a ``", "a* ", "**a _b ", ":x:", "```\n"])
def test_hostile_text_costs_no_more_than_its_length(atom):
    """Twice as many marks take twice as many steps, not four times."""
    reads = []
    for size in (2048, 4096):
        text = Counted(atom * (size // len(atom)))
        find_formats(text, [], emoji_of)
        reads.append(getattr(text, "reads", 0))
    assert reads[1] <= 2 * reads[0] + 100
