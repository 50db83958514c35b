"""Command palette: the commands of the conversation, each with what it does and its key."""

from collections.abc import Iterator
from functools import partial

from textual.app import SystemCommand

from chat_tui.screens.chat.screen import ChatScreen


def chat_commands(chat: ChatScreen) -> Iterator[SystemCommand]:
    """Yield what can be done in a conversation."""
    parts = chat.parts

    def said(words: str, binding: str) -> str:
        return f"{words} · {chat.key_for(binding)}"

    yield SystemCommand(
        "Write to one person", said("Choose who gets the next messages", "chat.to"), chat.action_pick_target
    )
    yield SystemCommand("Write to everyone", "No direct messages any more", partial(parts.recipient.set_target, ""))
    yield SystemCommand(
        "Pick a message", said("Reply, delete, copy and more", "composer.pick"), chat.action_pick_message
    )
    yield SystemCommand(
        "Go to the first unread message",
        said("And Backspace goes back", "chat.first-unread"),
        parts.pager.open_first_unread,
    )
    yield SystemCommand("Find", said("Look for words in the messages", "chat.find"), chat.action_find)
    yield SystemCommand(
        "Find in the whole record", said("Ask the server for messages", "chat.record"), chat.action_find_in_record
    )
    yield SystemCommand("People", said("Who is here", "chat.people"), chat.action_people)
    yield SystemCommand("Mute or unmute", "Whom to listen to", partial(parts.muting.pick, chat.app))
    yield SystemCommand("Temporary", said("The next time to live", "composer.temp"), chat.action_temp)
    if chat.header.state != "connected":
        yield SystemCommand("Connect now", said("Don't wait for the next try", "chat.connect"), chat.action_connect)
    yield SystemCommand(
        "Density",
        said("Compact rows, or comfortable ones", "app.density"),
        partial(chat.run_action, "app.change_density"),
    )
    yield SystemCommand("Help", said("All keys and commands", "chat.help"), chat.action_help)
