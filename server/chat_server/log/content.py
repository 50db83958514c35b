"""What an engine may read of a message: enough to find it, and to know who may see it."""

from collections.abc import Callable

import msgspec
from msgspec import Struct


class Content(Struct, frozen=True):
    """Some fields of the body of a message."""

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
