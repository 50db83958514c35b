"""Atomic private files: replaces a file as a whole or not at all, readable by its owner alone."""

import os
from pathlib import Path


def write_atomic_private(path: Path, data: bytes) -> None:
    """Put `data` in place of what was there: as a whole or not at all, for its owner's eyes alone.

    Raises:
        OSError: when it can't be written.
    """
    draft = path.with_name(f"{path.name}.{os.urandom(8).hex()}")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
