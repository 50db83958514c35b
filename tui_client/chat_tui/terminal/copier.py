"""Clipboard copier: hands texts to the clipboard programs of this computer, without ever waiting for them."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Callable

from chat_tui.terminal.clipboard import Tool, copy_tools

_PATIENCE = 2.0


class Copier:
    """Copies with the tools of this computer, if there are any; of what comes while they work, the last counts.

    `tell` is asked once a text is copied: has one of them said that it has it? `patience` are the seconds that each may
    take; leaving waits for it no longer than that either.
    """

    def __init__(self, tell: Callable[[bool], object], patience: float = _PATIENCE) -> None:
        self._tell = tell
        self._patience = patience
        self._tools = copy_tools(os.environ, sys.platform, shutil.which)
        self._next: str | None = None
        self._work: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Is a text still being copied?"""
        return self._work is not None and not self._work.done()

    def copy(self, text: str) -> bool:
        """Begin to copy a text; False, and nobody is told anything, where there is no tool."""
        if not self._tools:
            return False
        self._next = text
        if not self.busy:
            self._work = asyncio.create_task(self._copy_all())
        return True

    async def _copy_all(self) -> None:
        while (text := self._next) is not None:
            self._next = None
            # In a thread, which the end of the program waits for: who copies and leaves at once has it all the same.
            copied = await asyncio.to_thread(_run_all, self._tools, text, self._patience)
            if self._next is None:
                self._tell(copied)


def _run_all(tools: tuple[Tool, ...], text: str, patience: float) -> bool:
    """Run each of them, as they have a clipboard each; has one of them ended well?"""
    ended_well = [_run(tool, text, patience) for tool in tools]
    return any(ended_well)


def _run(tool: Tool, text: str, patience: float) -> bool:
    try:
        ended = subprocess.run(  # noqa: S603 - a program on the user's own PATH, without a shell
            tool.argv,
            input=text.encode(tool.encoding),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"LC_CTYPE": tool.ctype} if tool.ctype else None,
            timeout=patience,
            check=False,
            start_new_session=True,  # wl-copy and xclip go on to offer the text when this terminal is closed
        )
    except (OSError, subprocess.SubprocessError, UnicodeError):
        return False
    return ended.returncode == 0
