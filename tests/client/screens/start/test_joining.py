"""Joining a room: what a choice leads to, and what was typed meanwhile or too early."""

import pytest

from chat_tui.screens.start.joining import EarlyKeys, Joining
from chat_tui.screens.start.notes import note_on

HERE = "ws://localhost:6789/"
THERE = "ws://192.168.1.23:6789/"


def test_a_room_is_probed_before_one_goes_there():
    """Until it is known whether somebody answers, the choice can be given up or changed."""
    joining = Joining()
    assert not joining.under_way
    assert joining.choose(HERE) == "probe"
    assert joining.under_way
    assert joining.choose(THERE) == "probe"
    joining.stop()
    assert not joining.under_way


def test_once_on_the_way_nothing_else_is_chosen():
    """Neither another room, nor the same one again; and it can't be stopped any more."""
    joining = Joining()
    joining.choose(HERE)
    joining.go()
    assert [joining.choose(HERE), joining.choose(THERE, unprobed=True)] == ["ignore", "ignore"]
    joining.stop()
    assert joining.state == "going"


def test_where_nobody_answers_a_second_choice_goes_there_all_the_same():
    """But only that room, and only while what was said of it still stands."""
    joining = Joining()
    joining.choose(THERE)
    joining.no_answer(THERE)
    assert (joining.under_way, joining.warned) == (False, True)
    assert joining.choose(HERE) == "probe"
    joining.no_answer(THERE)
    joining.forget_answer()
    assert joining.choose(THERE) == "probe"
    joining.no_answer(THERE)
    assert joining.choose(THERE) == "go"


def test_where_asking_is_of_no_use_one_goes_at_once():
    """Behind a proxy, which answers whether the room does or not."""
    assert Joining().choose(THERE, unprobed=True) == "go"


def test_what_was_typed_for_a_room_is_forgotten_with_it():
    """It must not come into the next one."""
    joining = Joining()
    joining.choose(HERE)
    joining.typed_ahead += "hi"
    joining.stop()
    assert joining.typed_ahead == "hi"
    joining.stay()
    assert (joining.typed_ahead, joining.state) == ("", "idle")


def test_a_key_is_too_early_until_there_is_something_to_see():
    """By the time at which it was pressed, not by when it arrived; only Enter is worth a word."""
    keys = EarlyKeys()
    assert keys.has("a", pressed=1.0)
    assert not keys.entered
    assert keys.has("enter", pressed=2.0)
    keys.stand(now=3.0)
    assert keys.has("a", pressed=2.9)
    assert not keys.has("a", pressed=3.0)
    assert keys.entered
    assert keys.over


@pytest.mark.parametrize(
    ("chosen", "answers", "words"),
    [
        (HERE, None, "Looking"),
        (HERE, True, "A server answers at localhost"),
        (HERE, False, "No server at localhost"),
        (THERE, True, "been here before"),
        ("address", None, "on another computer"),
        ("start", None, "you choose"),
    ],
)
def test_a_place_has_a_note(chosen, answers, words):
    """What is known of it, or what it leads to."""
    assert words in note_on(chosen, HERE, answers=answers)
