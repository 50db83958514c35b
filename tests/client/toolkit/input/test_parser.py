"""The parser knows what terminals send, however it is cut into pieces, and types nothing that nobody has typed."""

import pytest

from chat_tui.toolkit.input.events import KeyPressed, Pasted
from chat_tui.toolkit.input.parser import ESCAPE_DELAY, PATIENCE, InputParser
from chat_tui.toolkit.input.paste import LONGEST_PASTE
from client.toolkit.input.line import Line, heard, text_of
from client.toolkit.input.sequence_table import INTERRUPTED, PASTES, TABLE, typed

GAPS = (0.0, 0.02, 0.12, 0.4)
ESCAPE = KeyPressed("escape", "\x1b")


def test_every_sequence_is_what_the_table_says():
    """At least 200 of them: three encodings of keys, mouse, answers, pastes, commits of 1 to 40 characters."""
    assert len({row.sent for row in TABLE}) > 200
    table = [*TABLE, *INTERRUPTED]
    assert [(row.sent, heard(row.sent)) for row in table] == [(row.sent, row.means) for row in table]


@pytest.mark.parametrize("gap", GAPS)
def test_a_sequence_may_be_cut_anywhere(gap):
    """It means the same, but that an Escape in front of a long pause is the key; then, too, no part of it is typed."""
    for sent, means in TABLE:
        for at in range(1, len(sent)):
            head, tail = sent[:at], sent[at:]
            found = heard(head, tail, gap=gap)
            if found != means:
                assert gap >= ESCAPE_DELAY, (head, tail)
                assert head.endswith(b"\x1b"), (head, tail)
                assert ESCAPE in found, (head, tail)
                # Alt with a letter can't be told from an Escape and a letter.
                letter = tail.decode(errors="replace") if sent.startswith(b"\x1b") else ""
                assert text_of(found) in (text_of(means), letter[:1] if len(letter) == 1 else ""), (head, tail)


def test_a_sequence_may_come_a_byte_at_a_time():
    """As over a slow line."""
    for sent, means in TABLE:
        pieces = [sent[at : at + 1] for at in range(len(sent))]
        assert heard(*pieces, gap=0.02) == means, sent


def test_the_keyboard_is_never_dead():
    """Whatever has begun: a letter works after the patience of a sequence, and Ctrl+Q at once, but for a paste."""
    for sent, _ in TABLE:
        for at in range(1, len(sent) + 1):
            line = Line()
            line.send(sent[:at])
            line.wait(PATIENCE)
            line.found.clear()
            line.send(b"z")
            assert line.found == typed("z"), sent[:at]
            if b"\x1b[200~" not in sent:
                line = Line()
                line.send(sent[:at] + b"\x11")
                assert line.found[-1] == KeyPressed("ctrl+q", "\x11"), sent[:at]


def test_letters_typed_into_an_unfinished_sequence_do_not_prolong_it():
    """Nor is more lost than is typed within its patience."""
    for begun in (b"\x1b]", b"\x1b[", b"\x1b_", b"\x1b[1;2;"):
        line = Line()
        line.send(begun)
        for digit in b"1234567890":
            line.wait(0.2)
            line.send(bytes((digit,)))
        line.wait(PATIENCE)
        assert text_of(line.found).endswith("567890"), begun


@pytest.mark.parametrize(
    ("begun", "key"),
    [(b"\x1b[", "alt+left_square_bracket"), (b"\x1bO", "alt+shift+o"), (b"\x1b]", "alt+right_square_bracket")],
)
def test_alt_with_what_begins_a_sequence(begun, key):
    """Is known when nothing has come behind it."""
    assert heard(begun) == [KeyPressed(key)]


# -- what comes late ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gap", [1.5, 4.0])
def test_the_rest_of_what_was_given_up_is_no_text(gap):
    """A line that stalls for seconds in the middle of a report."""
    assert heard(b"\x1b[<35;20", b";10M\x1b[<35;21;10M", gap=gap)[-1].x == 20
    for sent in (b"\x1b[<35;20;10M", b"\x1b]11;rgb:0000/0000/0000\x07", b"\x1b[?62;22;52c", b"\x1bP>|XTerm(390)\x1b\\"):
        for at in range(2, len(sent) - 1):
            assert text_of(heard(sent[:at], sent[at:], gap=gap)) == "", sent[:at]


def test_what_is_typed_after_something_was_given_up_is_text():
    """It is not taken for the rest."""
    for begun in (b"\x1b", b"\x1b[<35;20", b"\x1b]11;rgb", b"\x1b[200~one"):
        for text in ("[ok] fine", "A", "; and so on", "Ok then", "Xylophone", "Pfoo", "10 Minuten", "]", "你好"):
            assert text_of(heard(begun, text.encode(), gap=1.5)).removeprefix("one") == text, (begun, text)


# -- pastes ---------------------------------------------------------------------------------------------------------


def test_a_paste_without_an_end_ends_by_itself():
    """It is inserted, and keys are keys again."""
    assert heard(b"\x1b[200~partial") == [Pasted("partial")]
    assert heard(b"\x1b[200~partial", b"x\r", gap=PATIENCE) == [
        Pasted("partial"),
        *typed("x"),
        KeyPressed("enter", "\r"),
    ]
    assert heard(b"\x1b[200~partial\x1b[20", b"1~", gap=PATIENCE)[0] == Pasted("partial")


def test_keys_pressed_into_a_paste_without_an_end_do_not_prolong_it():
    """Who presses Ctrl+Q again and again gets out."""
    assert heard(b"\x1b[200~partial", *[b"\x11"] * 6, gap=0.3)[-1] == KeyPressed("ctrl+q", "\x11")


def test_the_rest_of_a_paste_that_stalled_is_pasted():
    """Its line breaks send nothing; the end marker, or that so much came at once, gives it away."""
    assert heard(b"\x1b[200~one\rt", b"wo\r\x1b[201~", gap=3.0) == [Pasted("one\nt"), Pasted("wo\n")]
    assert heard(b"\x1b[200~one", b"two\r" * 40, gap=3.0) == [Pasted("one"), Pasted("two\n" * 40)]
    assert heard(b"\x1b[20", b"0~one\rtwo\r\x1b[201~", gap=3.0) == [Pasted("one\ntwo\n")]


def test_a_paste_is_one_event_in_any_number_of_pieces():
    """Each may be as late as its patience."""
    for sent, means in PASTES:
        pieces = [sent[at : at + 2] for at in range(0, len(sent), 2)]
        assert heard(*pieces, gap=PATIENCE * 0.9) == means


def test_a_large_paste_is_bounded():
    """What is too much is dropped, and is no key either; the end marker is found wherever it is torn."""
    for torn in range(6):
        line = Line()
        line.send(b"\x1b[200~")
        for _ in range(40):
            line.send(b"0123456789abcde\r" * 4096)
        marker = b"\x1b[201~"
        line.send(b"rest" + marker[:torn])
        line.send(marker[torn:] + b"z")
        (pasted, *after) = line.found
        assert len(pasted.text) == LONGEST_PASTE
        assert after == typed("z")


# -- time -----------------------------------------------------------------------------------------------------------


def test_it_sleeps_while_nothing_is_unfinished():
    """And wakes by the time that was set for it."""
    parser = InputParser(escape_delay=0.05)
    assert parser.wake_at is None
    parser.feed(b"\x1b", 10.0)
    assert parser.wake_at == pytest.approx(10.05)
    assert parser.tick(10.04) == []
    assert parser.tick(10.06) == [ESCAPE]
    assert parser.wake_at is None
    assert parser.feed(b"\x1b[A", 11.0) == [KeyPressed("up")]
    assert parser.wake_at is None


def test_what_has_arrived_counts_however_late_it_is_read():
    """A program that was busy takes no arrow for an Escape."""
    parser = InputParser()
    parser.feed(b"\x1b", 0.0)
    assert parser.feed(b"[A", 3.0) == [KeyPressed("up")]
