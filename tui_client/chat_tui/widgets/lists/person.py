"""Person: somebody in a list of people, and the order of such lists."""

from collections.abc import Sequence

import msgspec


class Person(msgspec.Struct, frozen=True):
    """Somebody in the room; `unread` counts direct messages from them that were not read yet."""

    id: str
    name: str
    unread: int = 0
    you: bool = False
    muted: bool = False


def in_order(people: Sequence[Person]) -> list[Person]:
    """By name without regard to case, ids deciding between equals, you last."""
    return sorted(people, key=lambda person: (person.you, person.name.casefold(), person.id))
