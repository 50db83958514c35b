"""Where Hypothesis keeps what it found, and that no test is a matter of how busy the computer is."""

import os
from pathlib import Path

from hypothesis import settings

# Read when Hypothesis first writes, which is after this file has been imported.
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(Path(__file__).parents[1] / ".cache" / "hypothesis"))

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
