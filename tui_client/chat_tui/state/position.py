"""Position: how far this client has come in the server's log, so that it can go on from there. Pure."""

from chat_protocol.events import Message
from chat_tui.state.read_place import ReadPlace


class Position:
    """`epoch` is which life of the log it is in, `seq` the newest entry taken.

    `epoch` is None before the first `init`, and "" where the server has none: then nothing can be resumed. Who was here
    in an earlier run begins where they had `read`.
    """

    __slots__ = ("epoch", "seq")

    def __init__(self, read: ReadPlace | None = None) -> None:
        self.epoch: str | None = None if read is None else read.epoch
        self.seq = 0 if read is None else read.seq

    @property
    def resume_point(self) -> str | None:
        """What to ask the next connection to continue from; None where there is nothing to continue."""
        return f"{self.epoch}.{self.seq}" if self.epoch else None

    def is_newer(self, message: Message) -> bool:
        """Is it from beyond this position?"""
        return not self.epoch or message.seq > self.seq

    def advance(self, seq: int) -> None:
        """An entry was taken."""
        if self.epoch and seq > self.seq:
            self.seq = seq

    def gone_until(self, seq: int) -> int:
        """Up to which seq a message that goes now stays gone; without an epoch a number may be used again."""
        return max(seq, self.seq) if self.epoch else -1
