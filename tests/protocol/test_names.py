"""User names: those that may be taken, and those that are the same."""

import pytest
from hypothesis import given

from chat_protocol.names import NAME_LENGTH, InvalidNameError, check_name, fold_name
from chat_protocol.text import clean_line
from protocol.strategies import texts


@pytest.mark.parametrize(
    "name",
    [
        "a", "ana", "Bob-2", "zoë", "o'neil", "top.dog", "x" * NAME_LENGTH, "漢字", "Ελλάδα", "Анна", "ユーザー",
        "مريم", "ana@home", "a~b", "c#", "12", "[/b]", "👍", "Everyone2", "अनु", "ana漢字",
    ],
)  # fmt: skip
def test_a_good_name(name):
    """Letters of any one alphabet, digits, signs and emoji are taken as they are."""
    assert check_name(name) == name


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Ａｎａ", "Ana"), ("e\u0301va", "éva"), ("ﬁn", "fin"), ("x²", "x2"), ("ｶﾅ", "カナ")],
)
def test_a_name_is_shown_in_its_plain_form(name, shown):
    """Compatibility characters become what they stand for (NFKC)."""
    assert check_name(name) == shown


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "at least one character"),
        ("x" * (NAME_LENGTH + 1), "has 33"),
        ("㎏" * 17, "has 34"),
        ("ana maria", "can't contain spaces"),
        (" ana", "can't contain spaces"),
        ("ana\n", "can't contain spaces"),
        ("ana\u00a0b", "can't contain spaces"),
        ("ana\u3000b", "can't contain spaces"),
        ("ﷺ", "can't contain spaces"),
        ("an\x00a", "control"),
        ("\x1b[31m", "control"),
        ("an\x9ba", "control"),
        ("an\u200ba", "invisible"),
        ("an\u200da", "invisible"),
        ("an\u200ca", "invisible"),
        ("an\u00ada", "invisible"),
        ("\u202eana", "bidirectional"),
        ("\u2066ana", "bidirectional"),
        ("an\ue000a", "control"),
        ("an\ud800a", "control"),
        ("an\u0378a", "control"),
        ("an\U000e0041a", "invisible"),
        ("an\ufe0fa", "invisible"),
        ("an\U000e0100a", "invisible"),
        ("\ufffdana", "control"),
        ("\u3164", "invisible"),
        ("\u2800", "invisible"),
        ("an\u115fa", "invisible"),
        ("\u034f", "invisible"),
        ("\u0301", "invisible"),
        ("x" + "\u0323\u0302\u0301\u0308\u0327", "invisible"),
        ("~abc", "start with ~"),
        ("～abc", "start with ~"),
        ("@ana", "start with @"),
        ("/to", "start with /"),
        ("#ana", "start with #"),
        ("everyone", "reserved"),
        ("EVERYONE", "reserved"),
        ("Ｓｅｒｖｅｒ", "reserved"),
        ("last", "reserved"),
        ("You", "reserved"),
        ("аna", "scripts"),
        ("anα", "scripts"),
        ("раураl", "scripts"),
    ],
)
def test_a_bad_name(name, why):
    """Each is refused with a sentence that says what is wrong with it."""
    with pytest.raises(InvalidNameError, match=why):
        check_name(name)


@given(texts)
def test_a_name_that_is_good_is_harmless(name):
    """It stays as it is when it is checked or cleaned again, has no white space, and is short enough."""
    try:
        shown = check_name(name)
    except InvalidNameError:
        return
    assert check_name(shown) == clean_line(shown) == shown
    assert 1 <= len(shown) <= NAME_LENGTH
    assert shown.split() == [shown]


@pytest.mark.parametrize(
    "names",
    [
        ("Ana", "ana", "ANA", "Ａｎａ"),
        ("Straße", "STRASSE", "strasse"),
        ("éva", "e\u0301va", "ÉVA"),
        ("ﬁn", "FIN"),
        ("Σοφος", "σοφοσ", "ΣΟΦΟΣ"),
        ("x2", "X²"),
    ],
)
def test_the_same_name(names):
    """Case, width and the way of writing an accent make no difference."""
    assert len(set(map(fold_name, names))) == 1


@pytest.mark.parametrize("names", [("ana", "anna"), ("éva", "eva"), ("ana1", "ana2"), ("漢", "汉")])
def test_different_names(names):
    """Accents and letters do."""
    assert len(set(map(fold_name, names))) == len(names)


@given(texts)
def test_a_name_and_its_plain_form_are_the_same(name):
    """Who asks for a name finds the one that was taken in another form of it."""
    try:
        shown = check_name(name)
    except InvalidNameError:
        return
    assert fold_name(shown) == fold_name(name)
