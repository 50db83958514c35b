"""The order of the tests, what a run reports, and how much Hypothesis tries: no test is a matter of how busy it is."""

import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings

import run_report

# Read when Hypothesis first writes, which is after this file has been imported.
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(Path(__file__).parents[1] / ".cache" / "hypothesis"))

# A run in the background, or by `nohup`, ignores some signals, and so would all programs that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
for number in (signal.SIGHUP, signal.SIGQUIT):
    signal.signal(number, signal.SIG_DFL)

# A terminal of all colours, wherever the tests run.
os.environ |= {"COLORTERM": "truecolor", "TERM": "xterm-256color"}
os.environ.pop("COLORFGBG", None)

settings.register_profile("at-hand", deadline=None, max_examples=50)
settings.register_profile("thorough", deadline=None, max_examples=500)
settings.load_profile("at-hand")  # `make long` asks for the other one


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder for sockets: their paths have 107 bytes at most, wherever the project lies."""
    with TemporaryDirectory(prefix="chat-", dir="/tmp") as folder:
        yield Path(folder)


def pytest_configure(config):
    """Say where a test hung, and what was skipped."""
    config.pluginmanager.register(run_report)


def pytest_collection_finish():
    """What has been imported stays: the collector need not look at it again during every test."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_collection_modifyitems(items):
    """What drives programs and screens first: the quick ones fill the gaps at the end."""
    slow = ("test_end_to_end", "test_terminal_safety", "test_chat_screen", "test_terminal_kit", "test_plain")
    items.sort(key=lambda item: not item.path.stem.startswith(slow))
