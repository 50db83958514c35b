"""Memory of places: has what was read, and where one was, on disk for the next start, and told to the server."""

from collections.abc import Callable

from textual.timer import Timer
from textual.widget import Widget

from chat_protocol.commands import MarkRead, format_command
from chat_tui.state.remembered import marks, names, note_read, saved_views
from chat_tui.state.store import Store
from chat_tui.storage.places import PlaceFile

_SAVE_AFTER = 2.0
"""Seconds until what was read is in its file; what comes meanwhile costs nothing more."""
_TELL_AFTER = 1.0
"""Seconds until the server is told, and so at most once in that time."""


class PlaceMemory:
    """Writes to `file` what this run has changed, and says it by `send`; `widget` is where timers live.

    Without a file nothing is written, and nothing is said: nobody will come back as who we are.
    """

    def __init__(self, store: Store, file: PlaceFile | None, widget: Widget, send: Callable[[str], bool]) -> None:
        self._store = store
        self._file = file
        self._widget = widget
        self._send = send
        self._told: dict[str | None, int] = {}
        self._epoch: str | None = None
        self._saving: Timer | None = None
        self._telling: Timer | None = None

    def note_read(self) -> None:
        """All that has come so far to the view on the screen has been read."""
        if note_read(self._store) and self._file is not None:
            self.changed()
            if self._telling is None:
                self._telling = self._widget.set_timer(_TELL_AFTER, self._tell)

    def changed(self) -> None:
        """Something is to be written down."""
        if self._file is not None and self._saving is None and self._widget.is_mounted:
            self._saving = self._widget.set_timer(_SAVE_AFTER, self.flush)

    def _tell(self) -> None:
        self._telling = None
        if "rooms" not in self._store.limits:
            return  # such a server does not know what is meant
        if self._epoch != self._store.epoch:
            self._told, self._epoch = {}, self._store.epoch
        for room, seq in marks(self._store).items():
            if seq > self._told.get(room, 0) and self._send(format_command(MarkRead(seq, room=room))):
                self._told[room] = seq

    def flush(self) -> None:
        """Write the file now."""
        if self._saving is not None:
            self._saving.stop()
            self._saving = None
        if self._file is not None:
            self._file.save_views(saved_views(self._store), names(self._store))
