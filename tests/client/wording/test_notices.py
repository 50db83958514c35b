"""What the banner says of the connection is a whole sentence, and counts down."""

import pytest

from chat_tui.connection.states import Lost, TurnedAway
from chat_tui.wording import notices


@pytest.mark.parametrize(
    ("left", "again"),
    [(4.4, "Retrying in 4 s."), (0.6, "Retrying in 1 s."), (0.4, "Retrying…"), (0.0, "Retrying…"), (-3.0, "Retrying…")],
)
def test_a_lost_connection_counts_down(left, again):
    """In whole seconds; when the time has come it says that it tries."""
    notice = notices.lost_notice(Lost("The server is restarting.", 10.0 + left, 1), 10.0, ever_connected=True)
    assert notice.text.startswith("Connection lost. The server is restarting. ")
    assert f"{again} Your text is safe." in notice.text
    assert notice[0::2] == ("warning", "Try now")


def test_a_loss_without_a_reason_is_told_once():
    """Where nobody has said why."""
    notice = notices.lost_notice(Lost("The connection was lost.", 14.0, 1), 10.0, ever_connected=True)
    assert notice.text == "Connection lost. Retrying in 4 s. Your text is safe."


def test_what_never_was_is_not_lost():
    """A first connection that fails gives its reason alone, as a sentence."""
    notice = notices.lost_notice(Lost("Nobody answers", 14.0, 1), 10.0, ever_connected=False)
    assert notice.text == "Nobody answers. Retrying in 4 s. Your text is safe."


def test_who_waits_is_told_of_another_way():
    """In place of a text that nobody has written yet; not where there was a connection."""
    lost = Lost("Nobody answers", 14.0, 1)
    first, later = (notices.lost_notice(lost, 10.0, ever_connected=ever, way_out="Esc goes.") for ever in (False, True))
    assert first.text.endswith(" in 4 s. Esc goes.")
    assert "Esc goes." not in later.text
    assert notices.connecting_notice("h", "Esc goes.").text.endswith("Esc goes.")
    assert notices.connecting_notice("h").text.endswith("Press Ctrl+Q to quit.")


@pytest.mark.parametrize(("retry_at", "text"), [(None, "Full."), (12.0, "Full. Retrying in 2 s.")])
def test_a_refusal(retry_at, text):
    """It says when it tries again, where it does by itself; one can always try."""
    notice = notices.refused_notice(TurnedAway("Full", fatal=retry_at is None, retry_at=retry_at), 10.0)
    assert (notice.kind, notice.text, notice.action) == ("error", text, "Try now")


@pytest.mark.parametrize(
    ("missed", "to_you", "text"),
    [
        (0, 0, "Reconnected. You missed nothing."),
        (1, 1, "Reconnected. 1 message while you were away, 1 to you."),
        (6, 0, "Reconnected. 6 messages while you were away."),
    ],
)
def test_back(missed, to_you, text):
    """How much was missed, for three seconds."""
    assert notices.back_notice(missed, to_you, anew=False) == ("success", text, "", 3.0)


def test_a_start_is_told_like_a_reconnect():
    """With how to get to what was missed."""
    text = "37 messages while you were away, 2 to you. Press Home for the first."
    assert notices.away_notice(37, 2).text == text


def test_a_server_that_began_anew_says_so():
    """What was missed there can't be known."""
    assert "has restarted" in notices.back_notice(0, 0, anew=True).text


def test_a_server_that_went_back_to_a_backup_says_what_is_gone():
    """And what came since; the rest is as it was, so nothing else is said of it."""
    one = "Reconnected. The server went back to a backup; 1 newer message is gone."
    assert notices.back_notice(0, 0, lost=1).text == one
    assert notices.back_notice(2, 0, lost=3).text == (
        "Reconnected. The server went back to a backup; 3 newer messages are gone. 2 messages while you were away."
    )
