"""Lines that are commands, and what they mean."""

import re
import sys
import unicodedata
from collections import Counter
from itertools import permutations
from random import Random

import pytest
from hypothesis import given

from chat_protocol.commands import (
    COMMANDS,
    LIFETIME_MAX,
    CommandError,
    Delete,
    Exit,
    Say,
    TakeName,
    format_command,
    parse_command,
)
from chat_protocol.text import DRAWN_AS_NOTHING, clean
from protocol.strategies import AWKWARD, commands


@given(commands)
def test_format_and_parse_are_inverses(command):
    """Every command is read back as it was, texts with slashes, indentation and line breaks included."""
    assert parse_command(format_command(command)) == command


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("hello", Say("hello")),
        ("  indented\n\tcode\n", Say("  indented\n\tcode\n")),
        ("a /to bob", Say("a /to bob")),
        ("/reply 12 me too", Say("me too", reply_to=12)),
        ("/reply 999999999999999999 x", Say("x", reply_to=999999999999999999)),
        ("/temp 30 code 4471", Say("code 4471", lifetime=30.0)),
        ("/temp 2.5 x", Say("x", lifetime=2.5)),
        ("/temp 0030 x", Say("x", lifetime=30.0)),
        ("/temp 2592000 x", Say("x", lifetime=LIFETIME_MAX)),
        ("/to bob hi", Say("hi", to="bob")),
        ("/to ~abc hi", Say("hi", to="~abc")),
        ("/to zoë hi", Say("hi", to="zoë")),
        ("/to /reply hi", Say("hi", to="/reply")),
        ("/to bob\tfirst\nsecond", Say("first\nsecond", to="bob")),
        ("/to bob\n  kept", Say("  kept", to="bob")),
        ("/to bob /temp 30 /reply 12 the code is 4711", Say("the code is 4711", "bob", 12, 30.0)),
        ("/to bob //reply 12 x", Say("/reply 12 x", to="bob")),
        ("/delete 12", Delete(12)),
        ("/delete  12 ", Delete(12)),
        ("/delete last", Delete()),
        ("/name ana", TakeName("ana")),
        ("/name  ana maria ", TakeName("ana maria")),
        ("/exit", Exit()),
        ("/exit ", Exit()),
        ("/txn k7 hello", Say("hello", txn="k7")),
        ("/txn k7 /delete last", Delete(txn="k7")),
        ("/txn k7 /name ana", TakeName("ana", txn="k7")),
        ("/txn k7 /exit", Exit(txn="k7")),
        ("/txn /to /to bob x", Say("x", to="bob", txn="/to")),
    ],
)
def test_what_a_line_means(line, command):
    """The text after a word and one white space is kept as it is."""
    assert parse_command(line) == command


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("//x", "/x"),
        ("//", "/"),
        ("///", "//"),
        ("  //x", "  /x"),
        ("//to bob secret", "/to bob secret"),
        ("// a comment", "/ a comment"),
        ("\n//x", "\n/x"),
    ],
)
def test_a_doubled_slash_is_a_text_that_begins_with_one(line, text):
    """Only the first two count; white space before them stays."""
    assert parse_command(line) == Say(text)


@pytest.mark.parametrize("space", [" ", "   ", "\t", "\n", "\n\n  ", "\u00a0", "\u3000", "\u2003 "])
def test_white_space_before_a_command_changes_nothing(space):
    """So that a slip of the finger never makes a direct message public."""
    assert parse_command(f"{space}/to bob secret") == Say("secret", to="bob")
    assert parse_command(f"/temp 30 {space}/to bob secret") == Say("secret", to="bob", lifetime=30.0)
    assert parse_command(f"{space}/exit") == Exit()


@pytest.mark.parametrize("count", [2, 3, 4])
def test_modifiers_mean_the_same_in_every_order(count):
    """All orders of two, three and four of them."""
    modifiers = {"/to bob": {"to": "bob"}, "/temp 30": {"lifetime": 30.0}, "/reply 12": {"reply_to": 12}}
    modifiers["/txn k7"] = {"txn": "k7"}
    for order in permutations(modifiers, count):
        fields = {field: value for modifier in order for field, value in modifiers[modifier].items()}
        assert parse_command(" ".join(order) + " the code") == Say("the code", **fields)


def test_the_examples_of_the_table_are_right():
    """Each row has a usage that begins with its name, a summary, and an example that is a command."""
    for spec in COMMANDS:
        assert spec.usage.split(" ")[0] == spec.name
        assert spec.summary
        assert spec.example.startswith(spec.name)
        assert parse_command(spec.example)


def test_an_unknown_command_is_answered_with_the_known_ones():
    """Every name but what programs write, and how to say such a text; short enough to be read in two rows."""
    with pytest.raises(CommandError) as caught:
        parse_command("/nonsense")
    assert caught.value.code == "unknown_command"
    for spec in COMMANDS:
        assert (spec.name in caught.value.text) == (not spec.for_programs)
    assert caught.value.text.index("/exit.") < 120
    assert "//" in caught.value.text


def test_random_lines_are_commands_or_command_errors():
    """5,000 of them: nothing else comes out, and what is a command can be formatted and read again."""
    random = Random(49)
    words = [spec.name for spec in COMMANDS] * 2
    words += ["12", "last", "30", "bob", "-1", "", "1e5", "k7", "//", "/", "x" * 70, *AWKWARD]
    outcomes = Counter()
    for _ in range(5000):
        line = random.choice([" ", "", "\n", "  "]).join(random.choices(words, k=random.randrange(1, 9)))
        try:
            command = parse_command(line)
        except CommandError as error:
            outcomes[error.code] += 1
        else:
            outcomes["command"] += 1
            assert parse_command(format_command(command)) == command
    assert outcomes["command"] > 1000
    assert len(outcomes) > 8


@pytest.mark.parametrize(
    "line", ["／to bob psst", "\u2800/to bob psst", "\ufffd/to bob psst", "\u034f /to bob psst", "\u3164／to bob psst"]
)
def test_what_only_looks_like_a_text_is_a_command(line):
    """A wide slash, and what is drawn as nothing before it, never make a private line public."""
    assert parse_command(line) == Say("psst", "bob")


def test_nothing_that_is_unseen_makes_a_private_line_public():
    """Before the slash: all of Unicode that is drawn as nothing, every space, every mark without a letter."""
    unseen = re.compile(rf"[{DRAWN_AS_NOTHING}]")
    checked = 0
    for character in map(chr, range(sys.maxunicode + 1)):
        if unseen.match(character) or character.isspace() or unicodedata.category(character) in ("Mn", "Me", "Cf"):
            for line in (f"{character}/to bob psst", f" {character}{character}／to bob psst"):
                assert parse_command(clean(line)) == Say("psst", "bob"), ascii(character)
            checked += 1
    assert checked > 5_500


def test_a_text_of_nothing_is_empty():
    """Spaces and what is drawn as nothing, alone or behind modifiers; a mark of what was made harmless is seen."""
    for text in ("\u3164", "\u2800 \u180b", "\U000e0100", "\u200d\ufe0f\n"):
        for line in (text, f"/temp 30 {text}", f"/txn k {text}"):
            with pytest.raises(CommandError) as error:
                parse_command(line)
            assert error.value.code in {"empty", "missing_argument"}
    assert parse_command("\ufffd") == Say("\ufffd")


@pytest.mark.parametrize("text", ["／wide", "/", "／／", " /x", "\u2800／x", "\ufffd/x"])
def test_a_text_may_begin_with_either_slash(text):
    """It is doubled, as written by the other side."""
    assert parse_command(format_command(Say(text))) == Say(text)
