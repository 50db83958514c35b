"""Notes of the start screen: a sentence about the place that the cursor is on. Pure."""

from chat_protocol.names import InvalidNameError, check_name
from chat_tui.connection.address import place

EARLY = "Enter was pressed before there was anything to see here. Press it again."
NAME = "Others will see you under this name. Enter takes it."


def note_on(chosen: str | None, here: str, *, answers: bool | None) -> str:
    """About a room by its URL, or a way to another; `answers`: does one run at `here`, if that is known by now?"""
    match chosen:
        case "address":
            return "A room somewhere else: 192.168.1.23:6789, or wss://chat.example.org."
        case "start":
            return "For this computer alone, or open to this network: you are asked. It ends when you leave."
        case _ if chosen != here:
            return "You have been in this room before."
        case _ if answers is None:
            return "Is there a room on this computer? Looking…"
        case _ if answers:
            return f"Something answers at {place(here)}."
        case _:
            return f"Nothing answers at {place(here)}. A room can be started below."


def wrong_name(text: str) -> str:
    """What is wrong with a name, "" for nothing."""
    try:
        check_name(text.strip())
    except InvalidNameError as error:
        return str(error)
    return ""
