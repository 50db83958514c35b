"""Syntax highlighting of fenced code: comments, strings, numbers, keywords, calls. Pure, and linear in the code.

Not Pygments, though it is installed: its lexers take a second and more for 4,096 hostile characters, and code comes
from strangers. Every pattern here consumes what it has looked at.
"""

import re
from collections.abc import Iterator

from chat_tui.widgets.markup.spans import CharStyle, Mark

_QUOTED = r"\"(?:\\.|[^\"\\\n])*\""
_CHARACTER = _QUOTED + r"|'(?:\\.|[^'\\\n])'"
_STRING = _QUOTED + r"|'(?:\\.|[^'\\\n])*'"
_LONG_STRING = r"\"\"\"(?:\\.|[^\"\\]|\"(?!\"\"))*(?:\"\"\")?|'''(?:\\.|[^'\\]|'(?!''))*(?:''')?"
_TEMPLATE = r"`(?:\\.|[^`\\])*`?"
_BLOCK_COMMENT = r"/\*(?:[^*]|\*(?!/))*(?:\*/)?"


def _pattern(comment: str, string: str) -> re.Pattern[str]:
    """One token: what is skipped (an escaped character) has no group."""
    return re.compile(
        rf"\\.|(?P<comment>{comment})|(?P<string>{string})|(?P<number>\b\d[\w.]*)|(?P<word>[^\W\d]\w*)(?P<call>\()?",
        re.DOTALL,
    )


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


_HASH = _pattern(r"(?<!\S)#[^\n]*", rf"{_LONG_STRING}|{_STRING}")
_SLASHES = _pattern(rf"//[^\n]*|{_BLOCK_COMMENT}", rf"{_TEMPLATE}|{_STRING}")
_TYPED = _pattern(rf"//[^\n]*|{_BLOCK_COMMENT}", _CHARACTER)
_DASHES = _pattern(rf"--[^\n]*|{_BLOCK_COMMENT}", _STRING)
_NO_COMMENT = _pattern(r"(?!)", _STRING)

_PYTHON = _words(
    "and as assert async await break case class continue def del elif else except False finally for from global if "
    "import in is lambda match None nonlocal not or pass raise return self True try while with yield"
)
_SHELL = _words(
    "case do done elif else esac export fi for function if in local return set source sudo then until while"
)
_CURLY = _words(
    "abstract as async await bool break case catch char class const continue default defer delete do double else enum "
    "export extends extern false final finally float fn for from func function go if impl implements import in "
    "instanceof int interface let long loop map match mod mut namespace new nil null nullptr package private protected "
    "pub public range return self short static string struct super switch template this throw trait true try type "
    "typedef typeof undefined unsafe unsigned use using var virtual void while yield"
)
_SQL = _words(
    "all alter and as asc begin between by case commit create cross default delete desc distinct drop else end exists "
    "from full group having in index inner insert into is join key left like limit not null on or order outer primary "
    "references returning right rollback select set table then union unique update using values view when where "
    "with"
)
_DATA = _words("true false null yes no on off")
_LUA = _words(
    "and break do else elseif end false for function goto if in local nil not or repeat return then true until while"
)
_RUBY = _words(
    "and begin break case class def do else elsif end ensure false for if in module next nil not or rescue return "
    "self super then true unless until when while yield"
)

_Language = tuple[re.Pattern[str], frozenset[str]]
_LANGUAGES: dict[str, _Language] = {
    **dict.fromkeys(("python", "py"), (_HASH, _PYTHON)),
    **dict.fromkeys(("bash", "sh", "shell", "zsh", "fish", "console", "dockerfile", "make"), (_HASH, _SHELL)),
    **dict.fromkeys(("yaml", "yml", "toml", "ini", "conf"), (_HASH, _DATA)),
    **dict.fromkeys(("ruby", "rb"), (_HASH, _RUBY)),
    **dict.fromkeys(("javascript", "js", "typescript", "ts", "jsx", "tsx", "php"), (_SLASHES, _CURLY)),
    **dict.fromkeys(("c", "h", "cpp", "c++", "cs", "csharp", "java", "kotlin", "swift"), (_TYPED, _CURLY)),
    **dict.fromkeys(("go", "rust", "rs", "zig"), (_TYPED, _CURLY)),
    "css": (_SLASHES, frozenset()),
    "json": (_NO_COMMENT, _DATA),
    "sql": (_DASHES, _SQL),
    "lua": (_DASHES, _LUA),
}


def code_marks(text: str, start: int, end: int, language: str) -> Iterator[Mark]:
    """The colours of the code from `start` to `end` of a text; none in a language that is not known."""
    language = language.lower()
    if language in {"diff", "patch"}:
        yield from _diff_marks(text, start, end)
    elif known := _LANGUAGES.get(language):
        yield from _marks(text, start, end, *known)


def _marks(text: str, start: int, end: int, pattern: re.Pattern[str], keywords: frozenset[str]) -> Iterator[Mark]:
    for token in pattern.finditer(text, start, end):
        match token.lastgroup:
            case "comment":
                yield Mark(*token.span(), CharStyle.COMMENT)
            case "string":
                yield Mark(*token.span(), CharStyle.STRING)
            case "number":
                yield Mark(*token.span(), CharStyle.NUMBER)
            case "word" | "call":
                word = token["word"]
                if word in keywords or (keywords is _SQL and word.lower() in keywords):
                    yield Mark(*token.span("word"), CharStyle.KEYWORD)
                elif token["call"]:
                    yield Mark(*token.span("word"), CharStyle.NAME)


def _diff_marks(text: str, start: int, end: int) -> Iterator[Mark]:
    looks = {"+": CharStyle.STRING, "-": CharStyle.REMOVED, "@": CharStyle.COMMENT}
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        if (look := looks.get(text[start : start + 1])) is not None:
            yield Mark(start, stop, look)
        start = stop + 1
