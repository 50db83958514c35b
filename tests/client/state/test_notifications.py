"""What a terminal in the background is told."""

from hypothesis import given
from hypothesis import strategies as st

from chat_tui.state.notifications import QUIET, Kind, News, Notifications


def direct(number=1, author="bob"):
    """A direct message."""
    return News(number, Kind.DIRECT, author)


def mention(number=1, author="bob"):
    """A message to everyone with our name in it."""
    return News(number, Kind.MENTION, author)


def ordinary(number=1):
    """A message to everyone."""
    return News(number, Kind.ORDINARY, "bob")


def test_a_direct_message_rings_and_says_from_whom():
    """And the title counts it, after the old title was kept."""
    assert Notifications().came([direct()], 0.0) == (
        "\x1b[22;2t\x1b]2;(1) chat\a\a\x1b]9;chat: direct message from bob\a"
    )  # fmt: skip


def test_an_ordinary_message_counts_in_the_title_alone():
    """It rings no bell."""
    attention = Notifications()
    assert attention.came([ordinary(1), ordinary(2)], 0.0) == "\x1b[22;2t\x1b]2;(2) chat\a"
    assert attention.came([ordinary(3)], 0.0) == "\x1b]2;(3) chat\a"


def test_of_many_the_direct_ones_are_told():
    """In one notification."""
    told = Notifications().came([direct(1), mention(2, "zoe"), direct(3, "carl")], 0.0)
    assert told.endswith("\a\x1b]9;chat: 2 direct messages, the latest from carl\a")
    assert "zoe" not in told


def test_there_is_one_bell_in_a_while():
    """What comes meanwhile is counted."""
    attention = Notifications()
    attention.came([mention(1)], 100.0)
    assert attention.came([direct(2)], 100.0 + QUIET - 0.1) == "\x1b]2;(2) chat\a"
    assert attention.came([mention(3)], 100.0 + QUIET).endswith("\a\x1b]9;chat: bob mentioned you\a")


def test_what_is_gone_is_not_counted():
    """When nothing is left, the title is the old one."""
    attention = Notifications()
    attention.came([ordinary(1), ordinary(2)], 0.0)
    assert attention.gone([1, 99]) == "\x1b]2;(1) chat\a"
    assert attention.gone([2]) == "\x1b]2;chat\a\x1b[23;2t"
    assert attention.gone([2]) == ""


def test_seen_brings_the_old_title_back_once():
    """As does the end."""
    attention = Notifications()
    assert attention.seen() == ""
    attention.came([direct()], 0.0)
    assert attention.seen() == "\x1b]2;chat\a\x1b[23;2t"
    assert (attention.seen(), attention.unseen) == ("", 0)


@given(st.text(st.characters() | st.sampled_from("\x1b\a\x9c;\u202e\u2028]"), max_size=60))
def test_no_name_gets_out_of_the_notification(author):
    """One sequence, of letters without a semicolon, and short."""
    told = Notifications().came([mention(1, author)], 0.0)
    words = told.removeprefix("\x1b[22;2t\x1b]2;(1) chat\a\a\x1b]9;").removesuffix("\a")
    assert words.isprintable()
    assert ";" not in words
    assert len(words) < 80
