"""Late imports: what a start leaves unread, and that it is all there once it is asked for."""

import subprocess
import sys

BEGIN = "import sys; from chat_tui.toolkit.late_imports import import_late; import_late(); "
UNREAD = """
from importlib.util import _LazyModule
print(*(name for name, module in sys.modules.items() if object.__getattribute__(module, "__class__") is _LazyModule))
"""


def said_by(program):
    """What a Python program of its own prints."""
    done = subprocess.run([sys.executable, "-c", BEGIN + program], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_a_start_reads_no_palette_and_no_widget_of_dialogs():
    """Neither Textual's command palette nor what that alone imports."""
    imported = said_by("import chat_tui.app.app; print(*sys.modules)")
    assert "textual.app" in imported
    assert not {"textual.command", "textual.types"} & {*imported}
    assert {name for name in imported if name.startswith("textual.widgets._")} == {
        "textual.widgets._static", "textual.widgets._text_area", "textual.widgets._toast", "textual.widgets._tooltip",
    }  # fmt: skip


def test_a_connection_reads_nothing_of_what_it_may_never_use():
    """Proxies and versions of packages: known by their names alone."""
    unread = said_by("import chat_tui.connection.client" + UNREAD)
    assert {"importlib.metadata", "urllib.request"} <= {*unread}


def test_what_was_left_unread_is_there_when_it_is_used():
    """An attribute is enough."""
    told = "import websockets.proxy as proxy, websockets.version as version; "
    told += "print(proxy.urllib.request.Request.__name__, version.importlib.metadata.version.__name__)"
    assert said_by(told) == ["Request", "version"]


def test_the_palette_that_is_opened_is_the_real_one():
    """The stand-ins are gone once Textual is imported."""
    told = "from chat_tui.toolkit.command_palette import Palette; print(*(each.__module__ for each in Palette.__mro__))"
    assert said_by(told)[:2] == ["chat_tui.toolkit.command_palette", "textual.command"]
