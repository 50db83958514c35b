"""Command palette: the commands of the conversation, each with what it does."""

from collections.abc import Iterator
from functools import partial

from textual.app import SystemCommand

from chat_tui.screens.chat.screen import ChatScreen


def chat_commands(chat: ChatScreen) -> Iterator[SystemCommand]:
    """Yield what can be done in a conversation, in the order to show."""
    parts = chat.parts
    yield SystemCommand("Write to one person", "Choose who gets the next messages", chat.action_pick_target)
    yield SystemCommand("Write to everyone", "No direct messages any more", partial(parts.recipient.set_target, ""))
    yield SystemCommand("Pick a message", "Reply, delete, copy and more", chat.action_pick_message)
    yield SystemCommand("Go to the first unread message", "And Backspace goes back", parts.pager.open_first_unread)
    yield SystemCommand("Find", "Look for words in the messages", chat.action_find)
    yield SystemCommand("Find in the whole record", "Ask the server for messages", chat.action_find_in_record)
    yield SystemCommand("People", "Who is here", chat.action_people)
    yield SystemCommand("Mute or unmute", "Whom to listen to", partial(parts.muting.pick, chat.app))
    yield SystemCommand("Temporary", "The next time to live", chat.action_temp)
    yield SystemCommand("Connect now", "Don't wait for the next try", chat.action_connect)
    yield SystemCommand("Help", "All keys and commands", chat.action_help)
