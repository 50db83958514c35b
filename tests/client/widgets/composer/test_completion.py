"""What completes a line being typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_protocol.commands import CommandSpec
from chat_tui.widgets.composer.completion import SHOWN, Candidate, complete, complete_name, modifiers

REPLY = CommandSpec("/reply", "<id> <text>", "reply to a message", "/reply 12 me too", field="reply_to")
TEMP = CommandSpec("/temp", "<seconds> <text>", "delete itself later", "/temp 30 code", field="lifetime")
TO = CommandSpec("/to", "<name> <text>", "message one person", "/to bob hi", field="to", takes_name=True)
TXN = CommandSpec("/txn", "<token> <line>", "say a line once", "/txn k7 hello", field="txn")
DELETE = CommandSpec("/delete", "<id>", "delete a message", "/delete 12")
EXIT = CommandSpec("/exit", "", "leave", "/exit")
COMMANDS = (REPLY, TEMP, TO, TXN, DELETE, EXIT)
NAMES = ("ana", "bob", "Bobby", "zoë", "[/b]", "[red]x", "top-dog")


def inserts(text, names=NAMES):
    """What would be inserted, best first."""
    found = complete(text, COMMANDS, names)
    return [candidate.insert for candidate in found.candidates] if found else []


def test_a_slash_at_the_start_lists_every_command():
    """All commands come in their own order, with arguments and summary."""
    found = complete("/", COMMANDS, NAMES)
    assert found is not None
    assert found.start == 0
    assert found.candidates[0] == Candidate("/reply ", "/reply <id> <text>", "reply to a message")
    assert [candidate.insert for candidate in found.candidates] == [
        "/reply ",
        "/temp ",
        "/to ",
        "/txn ",
        "/delete ",
        "/exit",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/re", ["/reply "]),
        ("/RE", ["/reply "]),
        ("/t", ["/temp ", "/to ", "/txn "]),
        ("/rpl", ["/reply "]),
        ("/lete", ["/delete "]),
        ("/zzz", []),
    ],
)
def test_a_beginning_comes_before_scattered_letters(text, expected):
    """Case does not matter; two letters or more may be scattered."""
    assert inserts(text) == expected


@pytest.mark.parametrize("text", ["", "hello", "//", "//re", "a /re", "hello /to ", "/unknown x", "mail@ana", " /re"])
def test_ordinary_text_completes_nothing(text):
    """Nor does a doubled slash, a slash further on, or an @ inside a word."""
    assert complete(text, COMMANDS, NAMES) is None


@pytest.mark.parametrize("before", ["/to bob ", "/reply 12 ", "/temp 30 ", "/txn x ", "/to bob /temp 30 "])
def test_commands_complete_behind_modifiers(before):
    """The word that is replaced begins behind the modifiers, and no modifier is offered twice."""
    found = complete(f"{before}/", COMMANDS, NAMES)
    assert found is not None
    assert found.start == len(before)
    offered = {candidate.insert.strip() for candidate in found.candidates}
    assert offered.isdisjoint(modifiers(before))
    assert ("/exit" in offered) == before.startswith("/txn")


def test_a_whole_command_shows_its_usage():
    """What is typed out is explained until its text begins, with nothing to insert."""
    for text in ("/delete ", "/delete 12", "/reply ", "/reply 1", "/reply 12 "):
        found = complete(text, COMMANDS, NAMES)
        assert found is not None
        assert found.usage in {DELETE, REPLY}
        assert not found.candidates
        assert not found.incomplete
    assert complete("/reply 12 yes", COMMANDS, NAMES) is None


def test_a_command_without_arguments_is_complete():
    """Enter after /exit sends it."""
    found = complete("/exit", COMMANDS, NAMES)
    assert found is not None
    assert found.usage == EXIT
    assert not found.incomplete


def test_half_a_command_is_incomplete():
    """So is one that lacks its arguments: neither can be sent."""
    for text in ("/ex", "/to", "/to b"):
        found = complete(text, COMMANDS, NAMES)
        assert found is not None
        assert found.incomplete


def test_to_completes_names():
    """The whole word comes first, then beginnings, then other parts; an @ is dropped."""
    assert inserts("/to bob") == ["bob ", "Bobby "]
    assert inserts("/to @bob") == ["bob ", "Bobby "]
    assert inserts("/to dog") == ["top-dog "]
    found = complete("/temp 30 /to zo", COMMANDS, NAMES)
    assert found is not None
    assert found.start == len("/temp 30 /to ")


def test_to_and_a_whole_name_is_a_line():
    """Enter sends it, to turn to that one; not behind another modifier, which wants a text."""
    for line, incomplete in [("/to bob", False), ("/to @BOB", False), ("/to bo", True), ("/temp 30 /to bob", True)]:
        found = complete(line, COMMANDS, NAMES)
        assert (inserts(line), found.incomplete) == (["bob ", "Bobby "], incomplete)


def test_to_somebody_unknown_shows_the_usage():
    """A name that fits nobody leaves the explanation."""
    found = complete("/to nobody", COMMANDS, NAMES)
    assert found is not None
    assert found.usage == TO


def test_mute_completes_names_that_end_the_line():
    """A whole name is complete, in capitals or not, so that Enter sends the line."""
    mute = CommandSpec("/mute", "<name>", "", "", takes_name=True)
    half = complete("/mute @bo", [mute], NAMES)
    assert (inserts_of(half), half.incomplete) == (["bob", "Bobby"], True)
    for line in ("/mute bob", "/mute @BOB", "/mute bob "):
        whole = complete(line, [mute], NAMES)
        assert (whole.usage, whole.candidates, whole.incomplete) == (mute, (), False)


def inserts_of(completion):
    """What would be inserted."""
    return [candidate.insert for candidate in completion.candidates]


def test_an_at_sign_completes_names_anywhere():
    """At the start of any word, on any line, and in the text behind modifiers; it can be sent as it is."""
    for before in ("", "hi ", "hi\n", "/to bob ", "/delete "):
        found = complete(f"{before}@zo", COMMANDS, NAMES)
        assert found is not None
        assert found.start == len(before)
        assert [candidate.insert for candidate in found.candidates] == ["@zoë "]
        assert not found.incomplete


@pytest.mark.parametrize("name", ["[/b]", "[red]x"])
def test_names_are_literal(name):
    """A name that looks like markup is completed as it is written."""
    assert inserts(f"@{name[:2]}") == [f"@{name} "]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("an", ["ana: "]),
        ("bo", ["bob: ", "Bobby: "]),
        ("BOBB", ["Bobby: "]),
        ("hello bo", ["bob ", "Bobby "]),
        ("one\nan", ["ana: "]),
        ("one\ntwo an", ["ana "]),
        ("/to bob an", ["ana: "]),
        ("/to bob /temp 30 so an", ["ana "]),
        ("//an", []),
        ("ZO", ["zoë: "]),
        ("[", ["[/b]: ", "[red]x: "]),
        ("red", ["[red]x: "]),
        ("dog", ["top-dog: "]),
        ("田", ["田中: "]),
        ("STRASS", ["Straße: "]),
        ("ob", []),
        ("aa", []),
        ("hello", []),
        ("", []),
        ("hello ", []),
        ("ana: ", []),
        ("ana:", []),
        ("/b", []),
        ("/to bob /b", []),
        ("@@bo", []),
    ],
)
def test_a_bare_name_is_completed_for_who_asks(text, expected):
    """From what it, or a part of it, begins with; behind it stands a colon where a line of text begins."""
    found = complete_name(text, [*NAMES, "田中", "Straße"])
    assert (inserts_of(found) if found else []) == expected
    assert found is None or (found.incomplete and text[found.start :] in {text, *text.split()})


def test_a_crowd_is_cut():
    """At most eight are offered, in the order given."""
    crowd = [f"user{n}" for n in range(1000)]
    assert inserts("@user", crowd) == [f"@user{n} " for n in range(SHOWN)]


def test_a_hostile_name_costs_nothing():
    """Names made to fit in a great many ways are looked at once."""
    assert inserts("@" + "a" * 30 + "c", ["ab" * 5000 + "c"] * 20) == ["@" + "ab" * 5000 + "c "] * SHOWN


def test_modifiers_are_read_from_the_front():
    """Only what stands before the text counts."""
    assert modifiers("/to bob /temp 30 hi /reply 1 ") == {"/to", "/temp"}
    assert modifiers("//to bob ") == frozenset()
    assert modifiers("/to bob") == frozenset()


@given(st.text(alphabet="/@ \nabtorexi12[]", max_size=30))
def test_a_completion_replaces_one_word_at_the_end(text):
    """Whatever is typed, what would be replaced holds no white space."""
    found = complete(text, COMMANDS, NAMES)
    if found and found.candidates:
        assert 0 <= found.start <= len(text)
        assert not any(letter.isspace() for letter in text[found.start :])


def test_every_command_is_offered():
    """However many there are; of names only the best."""
    many = [CommandSpec(f"/c{number}", "", "", "") for number in range(3 * SHOWN)]
    found = complete("/", many, NAMES)
    assert found is not None
    assert [candidate.insert for candidate in found.candidates] == [spec.name for spec in many]


def test_a_command_may_fit_some_of_the_names_alone():
    """Others are not offered for it; what nobody fits says how it is used."""
    mute, unmute = (CommandSpec(name, "<name>", "", "", takes_name=True) for name in ("/mute", "/unmute"))
    commands, fitting = (*COMMANDS, mute, unmute), {"/mute": ["ana", "zoë"], "/unmute": ["bob"]}

    def offered(text, names_for):
        found = complete(text, commands, NAMES, names_for)
        assert found is not None
        return [candidate.label for candidate in found.candidates] or found.usage

    assert offered("/mute ", fitting) == ["ana", "zoë"]
    assert offered("/unmute ", fitting) == ["bob"]
    assert offered("/unmute a", fitting) == unmute
    assert offered("/unmute ", {"/unmute": []}) == unmute
    assert offered("/to ", fitting) == list(NAMES)
