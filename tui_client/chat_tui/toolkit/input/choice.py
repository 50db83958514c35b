"""Driver choice: ours, where nobody has chosen another by TEXTUAL_DRIVER, and the system is a Unix."""

from textual import constants
from textual.driver import Driver


def terminal_driver() -> type[Driver] | None:
    """The driver for an app, or None for Textual's own choice."""
    if constants.DRIVER is not None:
        return None
    try:
        from chat_tui.toolkit.input.driver import TerminalDriver  # noqa: PLC0415 - not on every system
    except ImportError:
        return None
    return TerminalDriver
