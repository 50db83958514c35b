"""Look-alikes: names that a person can't tell apart share a look, others do not."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import chat_protocol
from chat_protocol.lookalikes import looks_of
from chat_protocol.names import InvalidNameError, check_name
from confusables_table import table

OURS = Path(chat_protocol.__file__).with_name("confusables.txt").read_text()
SOURCE = Path("/usr/share/unicode/security/confusables.txt")


@pytest.mark.parametrize(
    "names",
    [
        ("joe", "јое", "j0e", "Joe"),
        ("BꓳB", "bob", "B0B"),
        ("ana", "ɑnɑ", "аnа"),
        ("alice", "alıce", "aIice"),
        ("mike", "rnike"),
        ("paypal", "раураӏ"),
        ("last", "Iast", "1ast"),
    ],
)
def test_look_alikes_share_a_look(names):
    """Any two of them."""
    for one in names:
        for other in names:
            assert looks_of(one) & looks_of(other), (one, other)


@pytest.mark.parametrize(
    "names", [("ana", "anna"), ("zoe", "zoë"), ("Анна", "Ана"), ("漢", "汉"), ("User1", "User2"), ("מרים", "מרין")]
)
def test_others_do_not(names):
    """Accents, letters and digits tell them apart."""
    assert not looks_of(names[0]) & looks_of(names[1])


@given(st.text(alphabet="abcIl10Om|rn`\"'"))
def test_ascii_is_as_the_table_has_it(name):
    """A letter beside it that looks like none takes a name to the table; the looks are the same."""
    assert {look.removeprefix("漢") for look in looks_of("漢" + name)} == looks_of(name)


@pytest.mark.parametrize("name", ["Iast", "аӏӏ", "ѕуѕtеm", "adrnin", "Y0U"])
def test_what_looks_like_a_reserved_word_is_one(name):
    """Unless it is refused for its scripts already; an accent is enough to tell it apart."""
    assert check_name("éveryone") == "éveryone"
    with pytest.raises(InvalidNameError, match=r"reserved|scripts"):
        check_name(name)


def test_a_table_is_made_of_unicodes_file():
    """A line for each target; what never stands in a name, or not in this form, is left out."""
    source = (
        "# Version: 99.0\n0430 ;\t0061 ;\tMA\t# ( а → a )\n0251 ;\t0061 ;\tMA\t# ( ɑ → a )\n"
        "200E ;\t0061 ;\tMA\t# a mark\n1D41A ;\t0061 ;\tMA\t# bold, NFKC\n006D ;\t0072 006E ;\tMA\t# ( m → rn )\n"
    )
    head, *lines = table(source).splitlines()
    assert "Unicode 99.0" in head
    assert lines == ["a аɑ", "rn m"]


@pytest.mark.long
@pytest.mark.skipif(not SOURCE.exists(), reason="Unicode's confusables.txt is not installed")
def test_the_table_is_unicodes():
    """As far as the versions are the same."""
    theirs = table(SOURCE.read_text("utf-8-sig"))
    if theirs.splitlines()[0] == OURS.splitlines()[0]:
        assert theirs == OURS
