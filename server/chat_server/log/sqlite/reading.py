"""Reading of the SQLite log: a reader, and the thread that it runs in."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from chat_server.log.sqlite.reader import Reader
from chat_server.log.sqlite.schema import open_reader


class Reading:
    """A reader of the file at `path`, and its thread."""

    def __init__(self, path: Path) -> None:
        self.reader = Reader(open_reader(path))
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="log-reader")

    def close(self) -> None:
        """Close both, after what is being read."""
        self.thread.shutdown()
        self.reader.close()
