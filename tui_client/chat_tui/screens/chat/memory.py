"""Memory of a place: has what was read, and whom was written to, on disk for the next start, with a debounce."""

from textual.timer import Timer
from textual.widget import Widget

from chat_tui.state.read_place import ReadPlace
from chat_tui.state.store import Store
from chat_tui.storage.places import PlaceFile

_SAVE_AFTER = 2.0
"""Seconds until what was read is in its file; what comes meanwhile costs nothing more."""


class PlaceMemory:
    """Writes to `file` what this run has changed; `widget` is where timers live, and nothing is done without a file."""

    def __init__(self, store: Store, file: PlaceFile | None, widget: Widget) -> None:
        self._store = store
        self._file = file
        self._widget = widget
        self._read = None if file is None else file.read
        self._timer: Timer | None = None

    def note_read(self) -> None:
        """All that has come so far has been read."""
        epoch, seq, read = self._store.epoch, self._store.seq, self._read
        if self._file is None or not epoch or (read is not None and read.seq == seq and read.epoch == epoch):
            return
        self._read = ReadPlace(epoch, seq)
        if self._timer is None:
            self._timer = self._widget.set_timer(_SAVE_AFTER, self.flush)

    def flush(self) -> None:
        """Write the file now."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self._file is not None:
            self._file.save(self._read, self._store.people.written_to)
