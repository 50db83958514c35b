"""Snapshots of what the screen shows: text that a reviewer can read, with a picture beside it.

`CHAT_TUI_UPDATE_SNAPSHOTS=1` writes them anew instead of comparing.
"""

import difflib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.app import App

from chat_tui.toolkit.screen_text import screen_text as frame

__all__ = ["Snapshot", "frame", "snapshot"]

UPDATE = "CHAT_TUI_UPDATE_SNAPSHOTS"
KEPT = Path(__file__).with_name("snapshots")

Snapshot = Callable[[App[Any] | str, str], None]


def compare(shown: str, kept: Path) -> None:
    """Fail with a difference when `kept` doesn't hold `shown`; write it instead when asked to."""
    shown = "".join(f"{line.rstrip()}\n" for line in shown.split("\n"))
    if os.environ.get(UPDATE):
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(shown, encoding="utf-8")
        return
    expected = kept.read_text(encoding="utf-8") if kept.exists() else ""
    if shown != expected:
        change = difflib.unified_diff(expected.splitlines(), shown.splitlines(), "kept", "shown", lineterm="")
        pytest.fail(f"{kept.name} differs ({UPDATE}=1 keeps what is shown):\n" + "\n".join(change), pytrace=False)


@pytest.fixture
def snapshot(request: pytest.FixtureRequest) -> Snapshot:
    """`snapshot(app_or_text, name)` compares a frame with the one kept under that name; an app is drawn as well."""
    pictures = request.config.rootpath / ".cache" / "snapshots"

    def check(shown: App[Any] | str, name: str) -> None:
        if isinstance(shown, App):
            pictures.mkdir(parents=True, exist_ok=True)
            (pictures / f"{name}.svg").write_text(shown.export_screenshot(), encoding="utf-8")
            shown = frame(shown)
        compare(shown, KEPT / f"{name}.txt")

    return check
