"""Where Hypothesis keeps what it found, and that no test is a matter of how busy the computer is."""

import gc
import os
from pathlib import Path

from hypothesis import settings

# Read when Hypothesis first writes, which is after this file has been imported.
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(Path(__file__).parents[1] / ".cache" / "hypothesis"))

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


def pytest_collection_finish():
    """What has been imported stays: the collector need not look at it again during every test."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
