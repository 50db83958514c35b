"""Words: brings a text into the form in which texts are compared, and splits it into the words that a search finds.

Words are runs of letters and digits, the same in capitals or small and with or without accents. Where no spaces stand
between words (Chinese, Japanese, Thai and their like) each letter is a word, and several are a phrase: what is looked
for is found in the middle of a run, too. Two ways of finding (an index, a scan) agree because both compare `words_of`
a text and of the query.

A mark on a letter is an accent where people leave it out when they look for something: in Latin, Greek and Cyrillic,
and the vowel points of Hebrew and Arabic. In the scripts of India and its neighbours it is a vowel, or it makes another
letter, as what tells Japanese か from が: there it belongs to the word.
"""

import unicodedata
from collections.abc import Iterator

from chat_protocol.patterns import deferred

VERSION = f"2, Unicode {unicodedata.unidata_version}"
"""Another one for whatever changes `words_of` a text: what was made by another can't be compared with it."""

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf"  # Thai to Tai Tham
    "\u3005-\u3007\u3031-\u312f\u31a0-\u31ff\u3400-\u9fff\U00020000-\U0003ffff"  # Chinese, Japanese
)
"""The letters of scripts without spaces between words, as all of these the inside of a character class."""
_UNSPACED_MARKS = (
    "\u0e31-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ece\u102b-\u103e\u1056-\u108f\u109a-\u109d\u17b4-\u17d3\u17dd"
    "\u1a55-\u1a7f\u3099\u309a"
)
_ACCENTS = (
    "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u2cef-\u2cf1\u2de0-\u2dff"
    "\ua66f-\ua672\ua674-\ua67d\ua69e\ua69f\ufe20-\ufe2f"  # Latin, Greek, Cyrillic, Coptic
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\ufb1e"  # Hebrew
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a"
    "\u0897-\u089f\u08ca-\u08e1\u08e3-\u08ff\U00010efc-\U00010eff"  # Arabic, with its stretched joint, and Syriac
    "\u200d\u302a-\u302f\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"  # shapes of one letter
)
_MARKS = (  # with letters between them, which does no harm
    "\u07a6-\u07f3\u07fd\u0816-\u082d\u0859-\u085b\u0900-\u0963\u0981-\u09e3\u09fe-\u0a75\u0a81-\u0ae3\u0afa-\u0b63"
    "\u0b82-\u0bd7\u0c00-\u0c63\u0c81-\u0c83\u0cbc-\u0d4d\u0d57-\u0d63\u0d81-\u0df3"  # India, Sri Lanka
    "\u0f18\u0f19\u0f35\u0f37\u0f39\u0f3e-\u0f84\u0f86-\u0fbc\u0fc6\u135d-\u135f\u1712-\u1734\u1752-\u1773\u1885-\u193b"
    "\u1a17-\u1a1b\u1b00-\u1b44\u1b6b-\u1b73\u1b80-\u1bf3\u1c24-\u1c37\u1cd0-\u1cd2\u1cd4-\u1cf9\u2d7f\ua6f0\ua6f1"
    "\ua802-\ua827\ua82c\ua880-\ua8c5\ua8e0-\ua8f1\ua8ff-\ua92d\ua947-\ua953\ua980-\ua9c0\ua9e5-\uaa4d\uaa7b-\uaac1"
    "\uaaeb-\uaaef\uaaf5\uaaf6\uabe3-\uabea\uabec\uabed\U00010a01-\U00010a3f\U00010ae5\U00010ae6\U00010d24-\U00010eac"
    "\U00010f46-\U00010f50\U00010f82-\U00010f85\U00011000-\U00011046\U00011070-\U000110ba\U000110c2"
    "\U00011100-\U00011134\U00011145-\U00011173\U00011180-\U000111c0\U000111c9-\U000111cc\U000111ce\U000111cf"
    "\U0001122c-\U00011237\U0001123e\U000112df-\U00011446\U0001145e-\U000114c3\U000115af-\U000115c0"
    "\U000115dc-\U00011640\U000116ab-\U000116b7\U0001171d-\U0001172b\U0001182c-\U0001183a\U00011930-\U00011943"
    "\U000119d1-\U000119e0\U000119e4-\U00011a3e\U00011a47-\U00011a99\U00011c2f-\U00011c3f\U00011c92-\U00011ef6"
    "\U00016af0-\U00016af4\U00016b30-\U00016b36\U00016f4f-\U00016f92\U0001e000-\U0001e136\U0001e2ae-\U0001e2ef"
    "\U0001e8d0-\U0001e94a"
)
_SIGNS = "\u2100-\u214f\u24b6-\u24e9\u3200-\u33ff\U0001f100-\U0001f2ff"
"""Signs made of letters, as ™ and ㎏: compared as these."""

_LETTERS = rf"[^\W_{_UNSPACED}]+"
_UNSPACED_LETTER = rf"[{_UNSPACED}](?<=[\w{_UNSPACED_MARKS}])"
_PLAIN_WORD = deferred(r"[a-z0-9]+")
_WORD = deferred(rf"{_UNSPACED_LETTER}|(?:{_LETTERS}|[{_MARKS}]+)+")
_WRITTEN = deferred(rf"{_UNSPACED_LETTER}[{_UNSPACED_MARKS}{_ACCENTS}]*|(?:{_LETTERS}|[{_MARKS}{_ACCENTS}{_SIGNS}]+)+")
_ACCENT = deferred(f"[{_ACCENTS}]+")
_HANGUL_AT_THE_END = deferred("[\uac00-\ud7a3]\\Z")


def words_of(text: str) -> list[str]:
    """The words of a text as they are compared."""
    if text.isascii():  # most are, and it takes a tenth of the time
        return _PLAIN_WORD.findall(text.lower())
    return _WORD.findall(plain_letters(text))


def plain_letters(text: str) -> str:
    """A text as it is compared: small letters without accents, of the usual width, composed where that is possible."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold())
    if (small := plain.casefold()) != plain:  # letters of mathematics are capitals only when they have become plain
        plain = unicodedata.normalize("NFKD", small)
    return unicodedata.normalize("NFC", _ACCENT.sub("", plain))


def may_go_on(word: str) -> bool:
    """Is this a word to which others are joined where it is said? Korean has its particles and endings behind it."""
    return _HANGUL_AT_THE_END.search(word) is not None


def written_words(text: str) -> Iterator[tuple[int, int, list[str]]]:
    """Where words are in a text, as offsets, in its order; each with what it is compared as, which may be more words.

    All of these together are `words_of` the text.
    """
    for match in _WRITTEN.finditer(text):
        if words := words_of(match[0]):
            yield match.start(), match.end(), words
