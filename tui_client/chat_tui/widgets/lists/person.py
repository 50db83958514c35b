"""Person: somebody in a list of people."""

import msgspec


class Person(msgspec.Struct, frozen=True):
    """Somebody in the room; `unread` counts direct messages from them that were not read yet."""

    id: str
    name: str
    unread: int = 0
    you: bool = False
    muted: bool = False
