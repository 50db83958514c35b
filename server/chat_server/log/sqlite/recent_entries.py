"""Recent entries of the SQLite log: the newest ones, which tails are given without reading the file."""

from collections.abc import Iterable, Sequence

from chat_server.log import Entry

_MOST = 4_096


class RecentEntries:
    """Entries with numbers above `floor` are here, unless they were erased."""

    def __init__(self) -> None:
        self.floor = 0
        self._entries: dict[int, Entry] = {}

    def begin_after(self, seq: int) -> None:
        """What is up to this number is in the file alone."""
        self.floor = seq

    def add(self, entries: Sequence[Entry]) -> None:
        """Keep these, the newest; the oldest are let go."""
        for entry in entries:
            self._entries[entry.seq] = entry
        if entries:
            while self.floor < entries[-1].seq - _MOST:
                self.floor += 1
                self._entries.pop(self.floor, None)

    def forget(self, seqs: Iterable[int]) -> None:
        """These are gone."""
        for seq in seqs:
            self._entries.pop(seq, None)

    def between(self, after: int, last: int) -> list[Entry]:
        """The entries with numbers above `after`, up to `last`."""
        entries = self._entries
        return [entry for seq in range(after + 1, last + 1) if (entry := entries.get(seq))]
