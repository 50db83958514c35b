"""Text sanitiser: makes other people's text safe to store and draw. What `clean` returns cannot act on a terminal.

| in | out |
|---|---|
| line feed | kept; carriage return + line feed and a lone carriage return become one |
| tab | four spaces |
| other control characters (C0, DEL, C1), lone surrogates | U+FFFD, so that a reader sees that something was there |
| controls that turn the direction of writing, U+2028, U+2029, private use | U+FFFD |
| other invisible format characters, tags among them | removed |
| zero-width joiners, variation selectors | kept: emoji are made of them |
| more than three combining marks in a row | the first three |
"""

import functools
import re
import unicodedata

from chat_protocol.patterns import deferred

REPLACEMENT = "\ufffd"
DEFAULT_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Unicode's Default_Ignorable_Code_Point, as the inside of a character class: what is to be drawn as nothing.

The property covers what is reserved for such characters, so it holds for those of later versions too.
"""
DRAWN_AS_NOTHING = DEFAULT_IGNORABLE + "\u2800\U00013441\U00013442\U0001d159"
"""The same, and the symbols and letters that are blank by design: Braille, hieroglyphs, a note without a head."""

_SHOWN = deferred(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls but tab and line feed
    "\u061c\u202a-\u202e\u2066-\u2069"  # direction
    "\u2028\u2029"  # separators that some terminals take for a new line
    "\ud800-\udfff"  # half of a pair
    "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]"  # private use: no agreed width
)
_DROPPED = deferred(
    "[\u00ad\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b\u200e\u200f\u2060-\u2065\u206a-\u206f"
    "\ufeff\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)
_NEW_LINE = deferred(r"\r\n?")
_LATIN_END = "\u02ff"
_MARKS_IN_A_ROW = 3
_CATEGORIES_OF_A_LONG_RUN = deferred(f"(?:M[ne]|Cf){{{_MARKS_IN_A_ROW + 1}}}")


def clean(text: str) -> str:
    """Return `text` with nothing in it that could act on a terminal; idempotent."""
    # What Python calls printable is none of what is replaced or removed here; most lines are.
    is_printable = text.isprintable() or text.replace("\n", "").isprintable()
    if not text.isascii():
        if not is_printable:
            text = _DROPPED.sub("", text)
        if max(text, default="") > _LATIN_END and _may_be_marks().search(text):
            text = _first_marks(text)
    if is_printable:
        return text
    text = _NEW_LINE.sub("\n", text).replace("\t", "    ")
    return _SHOWN.sub(REPLACEMENT, text)


def clean_line(text: str) -> str:
    """`clean` for what must stay on one line: a name, an error."""
    return clean(text).replace("\n", " ")


@functools.cache
def _may_be_marks() -> re.Pattern[str]:
    """Match what may hold a long run of marks: letters of alphabets that have none break it off.

    Made on first use: it takes 3 ms, and most rooms never need it.
    """
    without_marks = (
        "\x00-\u02ff\u0370-\u0482\u048a-\u0590"  # Latin, Greek, Cyrillic, Armenian
        "\u2010-\u20cf\u2100-\u2cee"  # punctuation, symbols, Coptic
        "\u3100-\ua66e\uac00-\ud7ff"  # Chinese, Japanese, Korean
        "\U0001f000-\U0001ffff\U00020000-\U0003ffff"  # emoji, rare Chinese
    )
    return re.compile(f"[^{without_marks}]{{{_MARKS_IN_A_ROW + 1},}}")


def _first_marks(text: str) -> str:
    """Leave the first of each run of marks that take no room of their own."""
    category = {char: unicodedata.category(char) for char in set(text)}  # few, in however long a text
    if not _CATEGORIES_OF_A_LONG_RUN.search("".join([category[char] for char in text])):
        return text
    marks = {char for char, its in category.items() if its in ("Mn", "Me") or char in "\u200c\u200d"}
    kept: list[str] = []
    run = 0
    for char in text:
        run = run + 1 if char in marks else 0
        if run <= _MARKS_IN_A_ROW:
            kept.append(char)
    return "".join(kept)
