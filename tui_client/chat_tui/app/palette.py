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
        "Message one person", said("Choose who gets your next messages", "chat.to"), chat.action_pick_target
    )
    yield SystemCommand("Message everyone", "Go back to the room", partial(parts.recipient.set_target, ""))
    yield SystemCommand("Go to", said("Switch to a room or a conversation", "chat.go"), chat.action_go)
    yield SystemCommand("Join a room", "Choose one, or make one by its name", chat.action_go)
    yield SystemCommand("Leave this room", "Stop getting its messages", parts.going.leave_room)
    yield SystemCommand("To you", "See everything that mentions you or was sent to you", parts.switcher.open_to_you)
    yield SystemCommand(
        "Pick a message", said("Reply, delete, copy and more", "composer.pick"), chat.action_pick_message
    )
    yield SystemCommand(
        "Go to the first unread message",
        said("Backspace brings you back", "chat.first-unread"),
        parts.pager.open_first_unread,
    )
    yield SystemCommand("Find", said("Find words in this conversation", "chat.find"), chat.action_find)
    yield SystemCommand(
        "Search all messages", said("Search everything the server has kept", "chat.record"), chat.action_find_in_record
    )
    yield SystemCommand("People", said("See who's here", "chat.people"), chat.action_people)
    yield SystemCommand("Mute or unmute", "Hide or show somebody's messages", partial(parts.muting.pick, chat.app))
    yield SystemCommand("Temporary", said("How long your next messages last", "composer.temp"), chat.action_temp)
    if chat.header.state != "connected":
        yield SystemCommand("Connect now", said("Don't wait for the next attempt", "chat.connect"), chat.action_connect)
    yield SystemCommand(
        "Density",
        said("Switch between compact and comfortable rows", "app.density"),
        partial(chat.run_action, "app.change_density"),
    )
    yield SystemCommand("Help", said("See all keys and commands", "chat.help"), chat.action_help)
