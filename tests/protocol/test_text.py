"""Sanitised text: nothing that other people write can act on a terminal."""

import re
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_protocol.text import DEFAULT_IGNORABLE, REPLACEMENT, clean, clean_line
from protocol.strategies import AWKWARD, texts

ZWJ, ZWNJ = "\u200d", "\u200c"
ACUTE = "\u0301"


@given(
    texts | st.text(alphabet=st.characters(categories=["Mn", "Me", "Cf", "Cc", "Cs", "Lo"]) | st.sampled_from(AWKWARD))
)
def test_cleaning_twice_is_cleaning_once(text):
    """What is clean stays as it is, so both ends may clean."""
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain text", "plain text"),
        ("first\nsecond", "first\nsecond"),
        ("first\r\nsecond", "first\nsecond"),
        ("first\rsecond", "first\nsecond"),
        ("a\r\r\nb", "a\n\nb"),
        ("first\r\nzoë", "first\nzoë"),
        ("a\tb", "a    b"),
        ("ä\tb", "ä    b"),
        ("a\x00b", "a\ufffdb"),
        ("bell\x07", "bell\ufffd"),
        ("\x1b[31mred\x1b[0m", "\ufffd[31mred\ufffd[0m"),
        ("\x1b]52;c;aGk=\x07", "\ufffd]52;c;aGk=\ufffd"),
        ("a\x7fb", "a\ufffdb"),
        ("\x9b31m", "\ufffd31m"),
        ("a\x85b", "a\ufffdb"),
        ("half \ud83d of a pair", "half \ufffd of a pair"),
        ("\udc00", "\ufffd"),
        ("gnp\u202etxt.exe", "gnp\ufffdtxt.exe"),
        ("\u2066hidden\u2069", "\ufffdhidden\ufffd"),
        ("\u061c", "\ufffd"),
        ("a\u2028b\u2029c", "a\ufffdb\ufffdc"),
        ("\ue000 \U000f0000 \U0010fffd", "\ufffd \ufffd \ufffd"),
        ("zero\u200bwidth", "zerowidth"),
        ("\ufeffmark of order", "mark of order"),
        ("soft\u00adhyphen", "softhyphen"),
        ("tags\U000e0041\U000e007f", "tags"),
        ("\u200eleft\u200fright", "leftright"),
        (f"می{ZWNJ}خواهم", f"می{ZWNJ}خواهم"),
        ("e" + ACUTE * 3, "e" + ACUTE * 3),
        ("e" + ACUTE * 4, "e" + ACUTE * 3),
        ("e" + ACUTE * 3000, "e" + ACUTE * 3),
        ("a" + ACUTE * 5 + "b" + ACUTE * 5, "a" + ACUTE * 3 + "b" + ACUTE * 3),
        ("\u20dd" * 9, "\u20dd" * 3),
        (ZWJ * 9, ZWJ * 3),
        ("", ""),
    ],
)
def test_what_becomes_of_a_text(text, cleaned):
    """One row and more for each promise of the table in `chat_protocol.text`."""
    assert clean(text) == cleaned


def test_marks_are_counted_past_what_is_removed():
    """A character that is drawn as nothing does not begin a new run of marks."""
    assert clean("e" + f"{ACUTE}\u200b" * 9) == "e" + ACUTE * 3


def test_every_mark_is_counted():
    """Whatever takes no room of its own, in whatever alphabet: three in a row, and no more."""
    marks = [character for character in all_characters() if unicodedata.category(character) in ("Mn", "Me")]
    kept = {clean(f"a{mark * 9}").count(mark) for mark in marks}
    assert len(marks) > 1_500
    assert kept == {3}


def all_characters():
    """Every character that Unicode has, or could have."""
    return map(chr, range(sys.maxunicode + 1))


def test_nothing_that_could_act_on_a_terminal_is_left():
    """Of all controls, formats, surrogates, private use and separators, only what text is made of stays."""
    dangerous = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    before = [character for character in all_characters() if unicodedata.category(character) in dangerous]
    after = clean("x".join(before)).split("x")
    assert len(after) == len(before)
    assert set(before) & set(after) == {"\n", ZWJ, ZWNJ}
    assert set(after) == {"", REPLACEMENT, "\n", "    ", ZWJ, ZWNJ}


def test_what_is_ignorable_is_what_unicode_says():
    """By the formula of its property: formats but for those that are seen, variation selectors, fillers."""
    seen = "[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f]"
    ignorable = 0
    for character in all_characters():
        is_format = unicodedata.category(character) == "Cf" and not re.match(seen, character)
        if is_format or re.search("VARIATION SELECTOR|HANGUL.* FILLER", unicodedata.name(character, "")):
            assert re.match(f"[{DEFAULT_IGNORABLE}]", character), ascii(character)
            ignorable += 1
    assert ignorable > 400


UCD = Path("/usr/share/unicode/DerivedCoreProperties.txt")


@pytest.mark.long
@pytest.mark.skipif(not UCD.exists(), reason="unicode-data is not installed")
def test_what_is_ignorable_is_in_the_database():
    """The very code points that the Unicode Character Database lists, and no other."""
    lines = [line.split(";") for line in UCD.read_text().splitlines() if "; Default_Ignorable_Code_Point #" in line]
    ranges = [[int(end, 16) for end in line[0].strip().split("..")] for line in lines]
    listed = {number for ends in ranges for number in range(ends[0], ends[-1] + 1)}
    assert {ord(each) for each in all_characters() if re.match(f"[{DEFAULT_IGNORABLE}]", each)} == listed


def test_letters_of_every_alphabet_stay():
    """What is assigned and not a control is never changed."""
    other = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    letters = [character for character in all_characters() if unicodedata.category(character) not in other]
    assert clean("x".join(letters)).split("x") == "x".join(letters).split("x")


@pytest.mark.parametrize(
    "emoji",
    ["👩‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪🇳🇱", "1️⃣", "#️⃣", "👍🏽", "❤️‍🔥", "🧑🏿‍🤝‍🧑🏻", "🏴‍☠️", "☺︎"],
)
def test_emoji_survive(emoji):
    """Families, flags, keycaps, skin tones and both presentations."""
    assert clean(f"a {emoji} b") == f"a {emoji} b"


@pytest.mark.parametrize(
    "text", ["Việt Nam", "शुक्रिया", "שָׁלוֹם", "ภาษาไทยที่นี้", "a\u0323\u0302\u0301", "漢字かな한글", "مُحَمَّد"]
)
def test_writing_survives(text):
    """Accents, vowel signs and points as people write them."""
    assert clean(text) == text


@given(texts)
def test_a_line_has_no_line_breaks(text):
    """`clean_line` gives what `clean` gives, on one line."""
    assert clean_line(text) == clean(text).replace("\n", " ")
    assert not re.search(r"[\r\n]", clean_line(text))
