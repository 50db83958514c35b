"""Notes of the start screen: a sentence about the place that the cursor is on. Pure."""

from chat_protocol.names import InvalidNameError, check_name
from chat_tui.connection.address import place

EARLY = "Enter came before this was on the screen. Press it again."
NAME = "Others will see this name. Press Enter to accept it."


def note_on(chosen: str | None, here: str, *, answers: bool | None) -> str:
    """About a room by its URL, or a way to another; `answers`: does one run at `here`, if that is known by now?"""
    match chosen:
        case "address":
            return "A room on another computer: 192.168.1.23:6789, or wss://chat.example.org."
        case "start":
            return "For this computer only, or for this network: you choose. It closes when you leave."
        case _ if chosen != here:
            return "You've been here before."
        case _ if answers is None:
            return "Looking for a room on this computer…"
        case _ if answers:
            return f"A server answers at {place(here)}."
        case _:
            return f"No server at {place(here)}. You can start a room below."


def wrong_name(text: str) -> str:
    """What is wrong with a name, "" for nothing."""
    try:
        check_name(text.strip())
    except InvalidNameError as error:
        return str(error)
    return ""
