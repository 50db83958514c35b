"""Terminal output past the screen, as Textual's own bell has it."""

from typing import Any

from textual.app import App


def write_to_terminal(app: App[Any], text: str) -> None:
    """Write control sequences to the terminal at once; nothing where there is no terminal."""
    driver = app._driver
    if driver is not None and not app.is_headless:
        driver.write(text)
        driver.flush()
