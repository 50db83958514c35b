"""Notices: whole sentences for the banner, about the connection and about what has just happened. Pure."""

from typing import NamedTuple

from chat_tui.connection.states import Lost, TurnedAway
from chat_tui.widgets.bars.kind import Kind

BACK_SECONDS = 3.0
GO_BACK = "Back"
"""The action of a note about a jump."""
UNDO = "Undo"
"""The action of a note about what can be taken back."""


LOG_IN = "Log in"
"""The action of a note about a proxy that wants to know who we are."""


class Notice(NamedTuple):
    """What a banner shows; `seconds` is how long, None for until something else happens."""

    kind: Kind
    text: str
    action: str = ""
    seconds: float | None = None


def connecting_notice(host: str, way_out: str = "") -> Notice:
    """Shown when a first connection takes its time; `way_out` is a sentence about what else can be done."""
    return Notice("info", f"Still connecting to {host}. {way_out or 'Press Ctrl+Q to quit.'}")


def lost_notice(status: Lost, now: float, *, ever_connected: bool, way_out: str = "") -> Notice:
    """Shown while there is no connection; `now` is on the clock of `retry_at`.

    `way_out` is a sentence about what else can be done where there never was one.
    """
    head, end = sentence(status.reason), way_out or "Your text is safe."
    if ever_connected:
        head = "Connection lost." if head == "The connection was lost." else f"Connection lost. {head}"
        end = "Your text is safe."
    return Notice("warning", f"{head} {_again(status.retry_at - now)} {end}", "Try now")


def refused_notice(status: TurnedAway, now: float) -> Notice:
    """Shown when the server, or what answers in its place, does not let us in."""
    again = "" if status.retry_at is None else f" {_again(status.retry_at - now)}"
    return Notice("error", sentence(status.reason) + again, LOG_IN if status.login else "Try now")


def sentence(text: str) -> str:
    """Return a text with an end, so that another sentence can follow it."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _again(wait: float) -> str:
    seconds = round(wait)
    return f"Retrying in {seconds} s." if seconds > 0 else "Retrying…"


def back_notice(missed: int, to_you: int, *, anew: bool = False, lost: int = 0) -> Notice:
    """Shown after a reconnect; `to_you` of what was missed are for us.

    `anew`: the server has lost what was before; `lost`: only so many messages, since it went back to a backup.
    """
    if anew:
        return Notice(
            "success", "Reconnected. The server has restarted; earlier messages are gone.", seconds=2 * BACK_SECONDS
        )
    news = _while_away(missed, to_you) if missed else "You missed nothing."
    if lost:
        gone = "1 newer message is gone." if lost == 1 else f"{lost} newer messages are gone."
        text = f"Reconnected. The server went back to a backup; {gone}{f' {news}' if missed else ''}"
        return Notice("success", text, seconds=2 * BACK_SECONDS)
    return Notice("success", f"Reconnected. {news}", seconds=BACK_SECONDS)


def away_notice(missed: int, to_you: int) -> Notice:
    """Shown at the start to somebody who was here before, when there is something that they have not read."""
    return Notice("success", f"{_while_away(missed, to_you)} Press Home for the first.", seconds=2 * BACK_SECONDS)


def _while_away(missed: int, to_you: int) -> str:
    messages = "message" if missed == 1 else "messages"
    return f"{missed} {messages} while you were away{f', {to_you} to you' if to_you else ''}."


def taken_notice(text: str) -> Notice:
    """Shown for a refusal that answers none of our lines."""
    return Notice("error", text, seconds=8.0)
