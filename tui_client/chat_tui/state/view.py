"""View: one list of messages that can be shown: a room, a private conversation, or what is addressed to you. Pure."""

from typing import Literal, NamedTuple

from chat_protocol.rooms import LOBBY
from chat_tui.state.history import MessageHistory
from chat_tui.state.page_requests import PageRequests
from chat_tui.state.people import People
from chat_tui.state.position import Position
from chat_tui.state.unread import Unread


class ViewKey(NamedTuple):
    """Which view: a room by its name, a person by their client id, or *To you*."""

    kind: Literal["room", "person", "you"]
    name: str = ""


def room_key(room: str | None) -> ViewKey:
    """The view of a room, by what events say: None is the lobby."""
    return ViewKey("room", room or LOBBY)


def person_key(client_id: str) -> ViewKey:
    """The view of what was said to a client, and by them, privately."""
    return ViewKey("person", client_id)


TO_YOU = ViewKey("you")


NOTHING_READ = -1
"""Below every entry: nobody has said that anything was read."""


class View:
    """What is held of one view: messages, what of them is unread, and how to get older ones.

    `position` is how far it has come in the server's log; conversations have that of the home, with which they come.
    `topic` is what a room is about. `synced`: has the server said in this run what is in it? All up to entry
    `read_until` has been read, here or elsewhere; `NOTHING_READ` where nobody knows.
    """

    def __init__(self, key: ViewKey, limit: int, people: People, position: Position, pages: PageRequests) -> None:
        self.key = key
        self.history = MessageHistory(limit)
        self.unread = Unread(self.history, people)
        self.position = position
        self.pages = pages
        self.topic = ""
        self.synced = False
        self.read_until = NOTHING_READ

    @property
    def is_room(self) -> bool:
        """Is it a room, with people in it?"""
        return self.key.kind == "room"


_SIGNS = {"room": "#", "person": "@", "you": "!"}


def format_key(key: ViewKey) -> str:
    """The key as one word, for who only passes it on."""
    return _SIGNS[key.kind] + key.name


def parse_key(word: str) -> ViewKey | None:
    """The key that `format_key` has made a word of; None for any other word."""
    match word[:1], word[1:]:
        case "#", name if name:
            return ViewKey("room", name)
        case "@", name if name:
            return ViewKey("person", name)
        case "!", "":
            return TO_YOU
        case _:
            return None
