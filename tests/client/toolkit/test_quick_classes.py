"""Widget classes that are made quickly: they are what Textual makes of them."""

import subprocess
import sys

TELL = """
import chat_tui.screens.chat.screen, chat_tui.screens.dialogs.search_dialog, chat_tui.screens.start.screen
import chat_tui.app.app, chat_tui.toolkit.command_palette
from textual.dom import DOMNode

def tell(one):
    for below in sorted(one.__subclasses__(), key=str):
        print(
            below, below._css_type_name, sorted(below._css_type_names), sorted(below._computes),
            [(name, below._reactives[name].__class__.__name__) for name in below._reactives],
            *(below.__dict__[name] for name in ("_inherit_css", "_inherit_bindings", "_inherit_component_classes")),
            sorted(below._merged_bindings.key_to_bindings),
        )
        tell(below)

tell(DOMNode)
"""
QUICKLY = "from chat_tui.toolkit.quick_classes import make_classes_quickly; make_classes_quickly()"


def classes(begin):
    """A line for each class below `DOMNode`, in a program that begins so."""
    done = subprocess.run([sys.executable, "-c", begin + TELL], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_they_are_as_textual_makes_them():
    """Reactive attributes and their order, computed ones, names for styles, inheritance, and keys."""
    stock = classes("")
    assert len(stock) > 60
    assert classes(QUICKLY) == stock
