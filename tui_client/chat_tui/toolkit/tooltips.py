"""Tooltips: switched off, as nothing here has one, and each screen would get a widget for them."""

from typing import Any

from textual.app import App


def switch_off_tooltips(app: App[Any]) -> None:
    """Show none; to be said before the app runs."""
    app._disable_tooltips = True
