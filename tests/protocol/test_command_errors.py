"""Lines that are no commands: each gets a code, a sentence for a person, and its token back."""

import pytest

from chat_protocol.commands import COMMANDS, CommandError, parse_command
from chat_protocol.unknown import OTHER_NAMES

MISSING, BAD_ID, BAD_SECONDS = "missing_argument", "bad_id", "bad_seconds"


def refused(line):
    """The error that a line gets."""
    with pytest.raises(CommandError) as caught:
        parse_command(line)
    return caught.value


NO_IDS = [
    "99999999999999999999999", "9" * 5000, "-1", "+1", "0", "1_0", "٣", "１２", "²", "1.0", "0x10", "last x",
    "01", "1e3", "Last", "12 13", "nan", "①", "1\u00a02",
]  # fmt: skip


@pytest.mark.parametrize("word", NO_IDS)
def test_what_is_no_message_id(word):
    """Signs, underscores, other alphabets' digits and numbers too long: /delete and /reply refuse them alike."""
    assert refused(f"/delete {word}").code == BAD_ID
    if " " not in word:
        assert refused(f"/reply {word} text").code == BAD_ID


@pytest.mark.parametrize(
    "line", ["/delete", "/delete ", "/delete \n ", "/reply", "/reply 12", "/reply 12  ", "/reply  12"]
)
def test_an_id_that_is_missing(line):
    """The answer shows the command and an example."""
    error = refused(line)
    assert error.code == MISSING
    assert f"{line.split()[0]} <id" in error.text
    assert f"for example {line.split()[0]} " in error.text


NO_SECONDS = [
    "0", "-1", "-0", "nan", "inf", "-inf", "1e308", "1e309", "1e-400", "1000000000", "1_0", "９",
    "0.9", "0.0005", "1.2345", "30s", "2592000.001", "2592001", "5.", ".5", "+5", "٣", "²", "0x10", "9" * 5000, "1,5",
]  # fmt: skip


@pytest.mark.parametrize("word", NO_SECONDS)
def test_what_is_no_lifetime(word):
    """Only plain decimal numbers from 1 second to 30 days are."""
    assert refused(f"/temp {word} text").code == BAD_SECONDS


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("\n\t\n", "empty"),
        ("\u00a0\u3000", "empty"),
        ("/", "unknown_command"),
        ("/ x", "unknown_command"),
        ("/DELETE 1", "unknown_command"),
        ("/Reply 12 x", "unknown_command"),
        ("/nick ana", "unknown_command"),
        ("/to\u00a0bob secret", "unknown_command"),
        ("/reply12 x", "unknown_command"),
        ("/" + "x" * 60_000, "unknown_command"),
        ("/to bob /nonsense", "unknown_command"),
        ("/temp", MISSING),
        ("/temp 30", MISSING),
        ("/temp 30 ", MISSING),
        ("/to", MISSING),
        ("/to bob", MISSING),
        ("/to bob \n ", MISSING),
        ("/to  bob hi", MISSING),
        ("/to bob /temp 30", MISSING),
        ("/name", MISSING),
        ("/name  ", MISSING),
        ("/txn", MISSING),
        ("/txn k7", MISSING),
        ("/txn k7 ", MISSING),
        ("/to " + "x" * 65 + " hi", "no_such_client"),
        ("/to bob\u00a0x hi", "no_such_client"),
        ("/txn " + "k" * 65 + " hi", "bad_token"),
        ("/txn kéy hi", "bad_token"),
        ("/txn k\x1b hi", "bad_token"),
        ("/exit now", "bad_argument"),
        ("/join", "missing_argument"),
        ("/join ,", "bad_argument"),
        ("/join " + ",".join(f"r{number}" for number in range(201)), "bad_argument"),
        ("/join #ops,a.b", "bad_room"),
        ("/join web", "bad_room"),
        ("/join dev@x", "bad_id"),
        ("/leave " + "x" * 33, "bad_room"),
        ("/in dev", "missing_argument"),
        ("/in d.v hi", "bad_room"),
        ("/in dev /in ops hi", "twice"),
        ("/in dev /to bob hi", "bad_argument"),
        ("/in dev /exit", "bad_argument"),
        ("/in dev /join ops", "bad_argument"),
        ("/reply 3 /topic x", "bad_argument"),
        ("/topic " + "x" * 201, "too_long"),
        ("/topic", "missing_argument"),
        ("/rooms a.b", "bad_room"),
        ("/read last", "bad_id"),
        ("/to bob /delete last", "bad_argument"),
        ("/to bob /temp 30 /exit", "bad_argument"),
        ("/reply 12 /name ana", "bad_argument"),
        ("/to bob /to ana hi", "twice"),
        ("/reply 1 /reply 2 hi", "twice"),
        ("/temp 1 /temp 2 hi", "twice"),
        ("/txn a /txn b hi", "twice"),
        ("/delete last /to bob", BAD_ID),
    ],
)
def test_why_a_line_is_refused(line, code):
    """A line that begins with / and is no command is never a message."""
    assert refused(line).code == code


def test_another_case_is_explained():
    """Commands are written small; the answer names the one that was meant."""
    assert "did you mean /delete?" in refused("/DELETE 1").text


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        *[(f"{name} bob hi", "use /to bob text.") for name in ("/msg", "/query", "/dm", "/w", "/whisper", "/tell")],
        ("/nick ana", "use /name ana."),
        *[(name, "use /exit.") for name in ("/quit", "/q", "/bye", "/disconnect", "/QUIT now")],
        ("/part dev", "use /leave dev."),
        ("/rm 12", "use /delete 12."),
        ("/del 12", "use /delete 12."),
        *[(name, "use /who.") for name in ("/names", "/users")],
        ("/title x", "use /topic text."),
        ("/to bob /msg ana hi", "use /to bob text."),
        ("/edit 3 x", "messages can't be edited: use /delete 12, then send it again."),
        ("/me waves", "send it as a message."),
        *[(name, "use /rooms.") for name in ("/list", "/channels")],
        *[(name, "use /join dev.") for name in ("/j dev", "/room dev", "/create dev")],
        ("/theme", "that's up to your own program."),
        ("/kick bob", "everyone here has the same rights."),
        ("/whois bob", "people have a name, nothing more."),
        ("/txn k7 /nick ana", "use /name ana."),
    ],
)
def test_what_other_programs_call_it(line, instead):
    """The answer names the command of this one; the line is refused all the same."""
    error = refused(line)
    assert (error.code, error.text) == ("unknown_command", f"There is no {error.unknown}; {instead}")


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("/delet", "/delete"), ("/dleete", "/delete"), ("/dlt", ""), ("/repyl", "/reply"), ("/relpli", "/reply"),
        ("/tp", "/to"), ("/ot", "/to"), ("/nmae", "/name"), ("/exti", ""), ("/exi", ""), ("/exitt", ""),
        ("/temq", "/temp"), ("/tem", "/temp"), ("/Temp", "/temp"),
        ("/text", ""), ("/test", ""), ("/emote", ""), ("/help", ""), ("/x", ""), ("/exec", ""), ("/edi", ""),
        ("/", ""), ("/txm", ""), ("/ex\u0131t", ""), ("/" + "delete" * 9000, ""),
    ],
)  # fmt: skip
def test_a_slip_of_the_finger_is_explained(name, near):
    """One letter wrong, or two in a longer name; what is farther off, or another client's own, is not."""
    text = refused(f"{name} x").text
    assert ("did you mean" in text) == bool(near)
    assert f"did you mean {near}?" in text or ", only /reply, " in text


def test_no_name_of_another_program_is_taken_for_a_slip():
    """Every one of them is answered, and none is a command here; to leave is proposed for no slip at all."""
    asked = {"/edit", "/theme", "/me", "/names", "/clear", "/away", "/kick", "/ignore", "/part"}
    assert asked < OTHER_NAMES.keys()
    assert not OTHER_NAMES.keys() & {spec.name for spec in COMMANDS}
    for name in OTHER_NAMES:
        assert "did you mean" not in refused(f"{name} x").text


def test_what_goes_before_a_text_is_named():
    """Every modifier that is in the way, in one sentence."""
    assert refused("/temp 5 /to bob /delete last").text == "/temp and /to go before text, not before /delete."
    assert refused("/to bob /exit").text == "/to goes before text, not before /exit."


@pytest.mark.parametrize("line", ["/" + "x" * 60_000, "/delete " + "9" * 60_000, "/temp " + "9" * 60_000 + " x"])
def test_an_error_is_short_however_long_the_line(line):
    """It quotes at most 40 characters of it."""
    assert len(refused(line).text) < 400


@pytest.mark.parametrize("line", ["/\x1b[31mx", "/delete \x1b]52;c;x\x07", "/temp \x9b31m x", "/to \u202ebob"])
def test_an_error_quotes_nothing_that_acts_on_a_terminal(line):
    """Control characters of the line are replaced in the quotation."""
    assert not set(refused(line).text) & set("\x1b\x07\x9b\u202e")


@pytest.mark.parametrize(
    "line",
    [
        "/txn k7 /nonsense",
        "/txn k7 /delete nothing",
        "/txn k7 /delete",
        "/txn k7 /exit now",
        "/txn k7 /to bob",
        "/txn k7 /to bob /to ana x",
        "/txn k7 /txn k8 x",
        "/txn k7",
        "/txn k7 ",
        "/to bob /txn k7 /delete last",
        "/reply x /txn k7 text",
        "/temp 0 /to bob /txn k7 text",
        "\u00a0/txn k7 /",
    ],
)
def test_an_error_carries_the_token_of_its_line(line):
    """Wherever among the modifiers it stands, before what is wrong or behind it."""
    assert refused(line).txn == "k7"


@pytest.mark.parametrize("line", ["", "/", "/txn", "/txn kéy x", "/nonsense /txn k7 x", "/delete /txn k7", "/name"])
def test_an_error_of_a_line_without_a_token_carries_none(line):
    """Nor is one looked for behind what is no modifier."""
    assert refused(line).txn is None
