"""Mentions: a name as a word of its own, in any script, and in no address."""

import pytest

from chat_tui.state.mentions import mentions


@pytest.mark.parametrize("text", ["ana", "@ana?", "well, Ana: yes", "ANA's", "(ana)", "so ana\nand bob", "ana@"])
def test_a_name_is_a_mention_as_a_word_of_its_own(text):
    """In capitals or not, with @ or without."""
    assert mentions(text, "ana")


@pytest.mark.parametrize(
    ("text", "name"), [("banana", "ana"), ("anatomy", "ana"), ("an a", "ana"), ("x", ""), ("", "ana")]
)
def test_a_name_within_a_word_is_no_mention(text, name):
    """Nor is no name."""
    assert not mentions(text, name)


def test_a_name_may_hold_what_means_something_to_a_pattern():
    """It is taken as it is written."""
    assert mentions("hi a.b*!", "a.b*")
    assert not mentions("hi aXb", "a.b")
    assert mentions("STRASSE 5", "straße")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("太郎さん、見て", "太郎"),
        ("ねえ太郎、見て", "太郎"),
        ("小明你好", "小明"),
        ("请小明来", "小明"),
        ("สวัสดีสมชายครับ", "สมชาย"),
        ("민수야 안녕", "민수"),
        ("anaさん、見て", "ana"),
        ("はい@ana", "ana"),
        ("ana는 어디", "ana"),
        ("太郎san", "太郎"),
        ("はい、太", "太"),
        ("रवि, देखो", "रवि"),
        ("Rene\u0301 kommt", "René"),
        ("ｒｅｎé kommt", "René"),
    ],
)
def test_a_name_is_a_mention_where_words_have_no_spaces_between_them(text, name):
    """Or where its script or the way of writing is another."""
    assert mentions(text, name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("रवि, देखो", "रव"),
        ("太陽が出た", "太"),
        ("김민수야", "민수"),
        ("rene\u0301", "rene"),
        ("ana@example.com", "ana"),
        ("mail ana.lopez@example.com", "ana"),
        ("bob@ana.org", "ana"),
        ("ssh root@ana", "ana"),
        ("http://x/ana", "ana"),
        ("(HTTPS://x/?q=ana)", "ana"),
        ("www.ana.org", "ana"),
        ("example.org/ana", "ana"),
    ],
)
def test_a_part_of_a_word_or_of_an_address_is_no_mention(text, name):
    """Of the web, or for mail."""
    assert not mentions(text, name)


def test_a_name_beside_an_address_is_a_mention():
    """Whatever else is in the text."""
    assert mentions("see http://x/ana, ana", "ana")
    assert mentions("ana: http://x", "ana")
    assert mentions("「http://x」太郎さん", "太郎")
    assert mentions("this/ana", "ana")
