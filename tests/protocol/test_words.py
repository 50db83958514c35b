"""Words: how texts of all scripts are compared, and where their words are."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_protocol.queries import parse_query
from chat_protocol.words import plain_letters, words_of, written_words
from protocol.strategies import texts

scripts = st.text("aAéßİ \n界が\u3099\u0301ﬁ𝔸हिन्दीक़서울ᄉ㎏℃ⓐ\u200d१เข้าัא\u05b0أـ*_-", max_size=12)


def test_words_are_the_same_in_every_dress():
    """Capitals, accents, width; what is no letter and no digit stands between words."""
    assert words_of("Caf\u00e9 CAFE\u0301 \uff43\uff41\uff46\uff45") == ["cafe"] * 3
    assert words_of("a_b-c.d 12:30 \u00df") == ["a", "b", "c", "d", "12", "30", "ss"]
    assert words_of("\U0001d56c\u2115") == ["an"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Tiếng VIỆT Ελλάδα Йод naïve", ["tieng", "viet", "ελλαδα", "иод", "naive"]),
        ("سَلَام سلام ســلام", ["سلام"] * 3),
        ("שָׁלוֹם שלום", ["שלום"] * 2),
        ("1️⃣ क्\u200dष क्ष", ["1", "क्ष", "क्ष"]),
    ],
)
def test_what_people_leave_out_is_no_part_of_a_word(text, words):
    """Accents, the vowel points of Arabic and Hebrew, a stretched joint, what chooses between shapes of one letter."""
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("का", "की"),  # Hindi: of, for what is male and for what is female
        ("दिन", "दीन"),  # day, poor
        ("कल", "काल"),  # yesterday, time
        ("ज़रा", "जरा"),  # a little, old age
        ("কলা", "কালা"),  # Bengali: banana, deaf
        ("படி", "பாடு"),  # Tamil: read, sing
        ("ಕಲೆ", "ಕಾಲ"),  # Kannada: art, time
        ("ข้าว", "ขาว"),  # Thai: rice, white
        ("មាន", "មិន"),  # Khmer: have, not
        ("လာ", "လေ"),  # Burmese: come, wind
        ("かき", "がき"),  # Japanese: oyster, brat
        ("ハハ", "パパ"),  # mum, dad
        ("서", "석"),  # Korean: west, stone
    ],
)
def test_words_that_differ_in_a_vowel_or_a_sign_are_different(one, other):
    """However they are written: composed or not, wide or half as wide."""
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert words_of(unicodedata.normalize(form, one)) == words_of(one) != words_of(other)
    assert not parse_query(f'"{one}"').fits(other, "ana")
    assert not parse_query(f'"{other}"').fits(one, "ana")
    assert parse_query(one).fits(f"x {one} x", "ana")


def test_half_wide_kana_are_the_usual_ones():
    """Their signs have cells of their own."""
    assert words_of("ｶﾞｷﾞ") == words_of("ガギ")


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("서울", "서울에서 만나요", True),
        ("서울", "오늘은 서울이 춥다", True),
        ("서울 만나", "서울에서 만나요", True),
        ("서울에서", "서울", False),
        ("사과", "사관학교", False),
        ('"서울"', "서울에서", False),
        ('"서울"', "서울 여행", True),
        ('"서울 여행"', "서울 여행을", False),
        ('"서울 여행"*', "서울 여행을", True),
        ("서울a", "서울abc", False),
    ],
)
def test_korean_is_found_with_what_is_joined_to_it(query, text, found):
    """Particles and endings; a phrase is found as it stands."""
    assert parse_query(query).fits(text, "ana") is found
    decomposed = unicodedata.normalize("NFD", text)
    assert parse_query(query).fits(decomposed, "ana") is found


@given(texts | scripts)
def test_words_are_their_own_words(text):
    """Comparing what is to be compared changes nothing, and the written ones are all of them."""
    words = words_of(text)
    assert words_of(" ".join(words)) == words
    assert plain_letters(plain_letters(text)) == plain_letters(text)


@given(st.lists(st.sampled_from([*"aAéß 界が서울เา१-_", "हि", "न्", "दी", "ข้"]), max_size=12).map("".join))
def test_written_words_are_the_words_of_the_text(text):
    """In its order, each where it stands, and nothing but marks and what is no word between them."""
    found = list(written_words(text))
    assert [word for _, _, words in found for word in words] == words_of(text)
    ends = [0, *(end for start, stop, _ in found for end in (start, stop)), len(text)]
    assert ends == sorted(ends)


def test_no_mark_stands_between_two_words():
    """Of living scripts: what is on a letter is never taken for a space, nor a full stop for a letter."""
    for code in range(0x300, 0x10000):
        character = chr(code)
        kind = unicodedata.category(character)
        if kind in {"Mn", "Mc"} and not unicodedata.name(character).startswith("COPTIC"):
            joined = words_of(f"न{character}न")
            assert "".join(joined) in {"नन", plain_letters(f"न{character}न")}, hex(code)
        if kind == "Po" and not re.fullmatch(r"[a-z]*", plain_letters(character)):
            assert words_of(f"न{character}न") == ["न", "न"], hex(code)
