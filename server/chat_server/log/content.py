"""Message content as far as an engine may read it: enough to search it, and to check who may see it."""

from collections.abc import Callable

import msgspec
from msgspec import Struct


class Content(Struct, frozen=True):
    """The fields of a message's body that engines read."""

    text: str
    from_id: str
    from_name: str
    sent_at: float
    to_id: str | None = None
    expires_at: float | None = None

    def visible_to(self, reader: str) -> bool:
        """May this client see it?"""
        return self.to_id is None or reader in (self.from_id, self.to_id)


read_content: Callable[[bytes], Content] = msgspec.json.Decoder(Content).decode
