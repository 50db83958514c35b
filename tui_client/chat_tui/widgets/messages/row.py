"""Message rows: the data that the screen hands to the message list, of looks and actions of one message."""

from math import ceil

import msgspec

_ROUNDING = 0.25
"""Seconds that the clocks of server and client may be apart before "/temp 30" would begin with 0:31."""


class Row(msgspec.Struct, frozen=True):
    """One message as it is shown. All text has been made safe by its owner; only `text` may have line breaks."""

    key: int
    """The message's id (> 0); a line of ours that is not acknowledged yet has a key < 0."""
    author: str
    author_id: str
    """Stable: picks the author's colour."""
    text: str
    time: str
    """"10:02", or "" where it is not known."""
    own: bool = False
    note: str = ""
    """Words after the time: "private → bob", "sending…", "not sent yet"."""
    note_kind: str = ""
    """"", "private", "mention" or "pending": the note's colour."""
    folded: str = ""
    """When not empty: these words stand for the message until somebody asks for it."""
    leads: str = ""
    """When not empty: the action that a click on those words carries out, in place of showing the message."""
    expires_at: float | None = None
    """Seconds since the epoch, on the server's clock."""
    reply_to: int | None = None
    """The parent's key. Its preview is looked up when it is drawn, so it goes with the parent."""
    rule: str = ""
    """When not empty: the words of a rule line above the message."""
    day: str = ""
    """When not empty: the words of another rule line, above `rule`: a day begins here."""
    edge: str = ""
    """When not empty: the words of a line above all that, in the place of a blank one: what is loaded begins here."""
    edge_opens: bool = False
    """More can be loaded there."""
    grouped: bool = False
    """It goes on from the message above it, which has the same author and readers: its own header is left out."""


class Action(msgspec.Struct, frozen=True):
    """One item of the action strip under the picked message."""

    name: str
    label: str
    key: str
    """One letter that triggers it while the list has the focus and the message is picked."""
    confirm: str = ""
    """When not empty: the first activation shows this in place of the label, the second one fires."""


def countdown_text(left: float) -> str:
    """The time left, given in seconds: "0:42", from an hour on "2 h 5 m", from a day on "3 d 4 h"."""
    seconds = max(0, ceil(left - _ROUNDING))
    if seconds < 3600:
        return f"{seconds // 60}:{seconds % 60:02}"
    if seconds < 86_400:
        return f"{seconds // 3600} h {seconds // 60 % 60} m"
    return f"{seconds // 86_400} d {seconds // 3600 % 24} h"
