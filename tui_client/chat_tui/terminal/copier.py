"""Clipboard copier: hands texts to the clipboard program of this computer, without ever waiting for it."""

import asyncio
import os
import shutil
import subprocess
import sys
from contextlib import suppress

from chat_tui.terminal.clipboard import Tool, native_tool

_PATIENCE = 2.0


class Copier:
    """Copies with the tool of this computer, if there is one; of what comes while that is at work, the last counts.

    `patience` are the seconds that such a tool may take; leaving waits for it no longer than that either.
    """

    def __init__(self, patience: float = _PATIENCE) -> None:
        self._patience = patience
        self._tool = native_tool(os.environ, sys.platform, shutil.which)
        self._next: str | None = None
        self._work: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Is a text still being copied?"""
        return self._work is not None and not self._work.done()

    def copy(self, text: str) -> None:
        """Begin to copy a text. What goes wrong is told to nobody: the terminal is asked to copy it as well."""
        if self._tool is None:
            return
        self._next = text
        if not self.busy:
            self._work = asyncio.create_task(self._copy_all(self._tool))

    async def _copy_all(self, tool: Tool) -> None:
        while (text := self._next) is not None:
            self._next = None
            # In a thread, which the end of the program waits for: who copies and leaves at once has it all the same.
            await asyncio.to_thread(_run, tool, text, self._patience)


def _run(tool: Tool, text: str, patience: float) -> None:
    with suppress(OSError, subprocess.SubprocessError, UnicodeError):
        subprocess.run(  # noqa: S603 - a program on the user's own PATH, without a shell
            tool.argv,
            input=text.encode(tool.encoding),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"LC_CTYPE": tool.ctype} if tool.ctype else None,
            timeout=patience,
            check=False,
            start_new_session=True,  # wl-copy and xclip go on to offer the text when this terminal is closed
        )
