"""Private parts of Textual: each that we need is there, and the toolkit alone touches them."""

import ast
import importlib
import importlib.util
import inspect
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import chat_tui

ROOT = Path(chat_tui.__file__).parent
TOOLKIT = ROOT / "toolkit"


class Need(NamedTuple):
    """A private name: where it is in Textual ("module" or "module:Class"), and which of our files stands on it."""

    where: str
    name: str
    file: str


NEEDS = [
    Need("rich.cells", "_cell_len", "cells.py"),
    Need("rich.cells", "_is_single_cell_widths", "cells.py"),
    Need("textual._compositor", "ChopsUpdate", "compositor.py"),
    Need("textual._compositor", "ChopsUpdate", "steady_rows.py"),
    Need("textual._compositor", "Compositor", "compositor.py"),
    Need("textual._compositor", "InlineUpdate", "screen_text.py"),
    Need("textual._compositor", "LayoutUpdate", "compositor.py"),
    Need("textual._compositor", "LayoutUpdate", "steady_rows.py"),
    Need("textual._compositor", "ReflowResult", "compositor.py"),
    Need("textual._compositor:Compositor", "_dirty_regions", "compositor.py"),
    Need("textual._compositor:Compositor", "_dirty_regions", "steady_rows.py"),
    Need("textual._compositor:Compositor", "_full_map", "compositor.py"),
    Need("textual._compositor:Compositor", "_get_renders", "compositor.py"),
    Need("textual._wrap", "compute_wrap_offsets", "wrapped_text.py"),
    Need("textual._xterm_parser", "IS_ITERM", "input/messages.py"),
    Need("textual.app:App", "_background_screens", "screen_text.py"),
    Need("textual.app:App", "_check_bindings", "ordered_keys.py"),
    Need("textual.app:App", "_check_resize", "quick_resize.py"),
    Need("textual.app:App", "_close_messages_no_wait", "crash_guard.py"),
    Need("textual.app:App", "_disable_tooltips", "tooltips.py"),
    Need("textual.app:App", "_driver", "showing.py"),
    Need("textual.app:App", "_driver", "terminal_output.py"),
    Need("textual.app:App", "_exception", "crash_guard.py"),
    Need("textual.app:App", "_exception_event", "crash_guard.py"),
    Need("textual.app:App", "_filters", "colour_depth.py"),
    Need("textual.app:App", "_handle_exception", "crash_guard.py"),
    Need("textual.app:App", "_handle_exception", "input/driver.py"),
    Need("textual.app:App", "_notifications", "first_picture.py"),
    Need("textual.app:App", "_refresh_notifications", "first_picture.py"),
    Need("textual.app:App", "_refresh_truecolor_filter", "colour_depth.py"),
    Need("textual.app:App", "_resize_event", "quick_resize.py"),
    Need("textual.app:App", "_return_code", "crash_guard.py"),
    Need("textual.app:App", "_size", "quick_resize.py"),
    Need("textual.app:App", "_start_widget", "line_view.py"),
    Need("textual.app:App", "_watch_theme", "colour_depth.py"),
    Need("textual.command:CommandList", "_lines", "command_palette.py"),
    Need("textual.command:CommandPalette", "_action_command_list", "command_palette.py"),
    Need("textual.document", "_wrapped_document", "wrapped_text.py"),
    Need("textual.document._document", "EditResult", "text_area.py"),
    Need("textual.document._edit", "Edit", "text_area.py"),
    Need("textual.document._wrapped_document", "WrappedDocument", "wrapped_text.py"),
    Need("textual.document._wrapped_document", "compute_wrap_offsets", "wrapped_text.py"),
    Need("textual.document._wrapped_document:WrappedDocument", "_offset_to_line_info", "text_row.py"),
    Need("textual.dom:DOMNode", "_computes", "quick_classes.py"),
    Need("textual.dom:DOMNode", "_css_bases", "quick_classes.py"),
    Need("textual.dom:DOMNode", "_css_type_name", "quick_classes.py"),
    Need("textual.dom:DOMNode", "_css_type_names", "quick_classes.py"),
    Need("textual.dom:DOMNode", "_inherit_bindings", "quick_classes.py"),
    Need("textual.dom:DOMNode", "_inherit_component_classes", "quick_classes.py"),
    Need("textual.dom:DOMNode", "_inherit_css", "quick_classes.py"),
    Need("textual.dom:DOMNode", "_merge_bindings", "quick_classes.py"),
    Need("textual.dom:DOMNode", "_merged_bindings", "quick_classes.py"),
    Need("textual.dom:DOMNode", "_reactives", "quick_classes.py"),
    Need("textual.driver:Driver", "_app", "input/driver.py"),
    Need("textual.driver:Driver", "_auto_restart", "input/driver.py"),
    Need("textual.driver:Driver", "_size", "input/driver.py"),
    Need("textual.drivers._writer_thread", "WriterThread", "terminal_writer.py"),
    Need("textual.drivers.linux_driver:LinuxDriver", "_disable_mouse_support", "input/driver.py"),
    Need("textual.drivers.linux_driver:LinuxDriver", "_enable_mouse_pixels", "input/driver.py"),
    Need("textual.drivers.linux_driver:LinuxDriver", "_file", "input/driver.py"),
    Need("textual.drivers.linux_driver:LinuxDriver", "_get_terminal_size", "input/driver.py"),
    Need("textual.drivers.linux_driver:LinuxDriver", "_mouse_pixels", "input/driver.py"),
    Need("textual.drivers.linux_driver:LinuxDriver", "_must_signal_resume", "input/driver.py"),
    Need("textual.drivers.linux_driver:LinuxDriver", "_sigcont_application", "input/driver.py"),
    Need("textual.drivers.linux_driver:LinuxDriver", "_writer_thread", "input/driver.py"),
    Need("textual.events:Key", "_stop_propagation", "ordered_keys.py"),
    Need("textual.keys", "_character_to_key", "key_names.py"),
    Need("textual.message_pump:MessagePump", "_context", "direct_typing.py"),
    Need("textual.message_pump:MessagePump", "_pending_message", "direct_typing.py"),
    Need("textual.message_pump:MessagePump", "_thread_id", "direct_typing.py"),
    Need("textual.screen:Screen", "_compositor", "screen_text.py"),
    Need("textual.screen:Screen", "_compositor", "steady_rows.py"),
    Need("textual.screen:Screen", "_compositor_refresh", "input/driver.py"),
    Need("textual.screen:Screen", "_dirty_widgets", "first_picture.py"),
    Need("textual.screen:Screen", "_dirty_widgets", "showing.py"),
    Need("textual.screen:Screen", "_layout_required", "first_picture.py"),
    Need("textual.screen:Screen", "_on_timer_update", "showing.py"),
    Need("textual.screen:Screen", "_refresh_layout", "first_picture.py"),
    Need("textual.screen:Screen", "_repaint_required", "first_picture.py"),
    Need("textual.screen:Screen", "_select_state", "text_drag.py"),
    Need("textual.screen:Screen", "_selecting", "text_drag.py"),
    Need("textual.screen:Screen", "_update_auto_focus", "first_picture.py"),
    Need("textual.scroll_view:ScrollView", "_refresh_scrollbars", "line_view.py"),
    Need("textual.scroll_view:ScrollView", "_scroll_to", "line_view.py"),
    Need("textual.scroll_view:ScrollView", "_scroll_update", "line_view.py"),
    Need("textual.scroll_view:ScrollView", "_size_updated", "line_view.py"),
    Need("textual.scroll_view:ScrollView", "_vertical_scrollbar", "line_view.py"),
    Need("textual.widget:Widget", "_clear_arrangement_cache", "compositor.py"),
    Need("textual.widget:Widget", "_layout_required", "compositor.py"),
    Need("textual.widget:Widget", "_layout_required", "showing.py"),
    Need("textual.widget:Widget", "_layout_updates", "compositor.py"),
    Need("textual.widget:Widget", "_repaint_required", "compositor.py"),
    Need("textual.widget:Widget", "_repaint_required", "showing.py"),
    Need("textual.widgets:OptionList", "_lines", "choice_list.py"),
    Need("textual.widgets:OptionList", "_move_page", "choice_list.py"),
    Need("textual.widgets:TextArea", "_cursor_offset", "terminal_cursor.py"),
    Need("textual.widgets:TextArea", "_cursor_offset", "text_area.py"),
    Need("textual.widgets:TextArea", "_draw_cursor", "text_row.py"),
    Need("textual.widgets:TextArea", "_refresh_size", "text_area.py"),
    Need("textual.widgets:TextArea", "_render_line", "text_area.py"),
    Need("textual.widgets:TextArea", "_replace_via_keyboard", "text_area.py"),
    Need("textual.widgets:TextArea", "_theme", "text_area.py"),
    Need("textual.widgets:TextArea", "_theme", "text_row.py"),
    Need("textual.widgets:TextArea", "_watch_selection", "text_area.py"),
]


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: f"{need.where}.{need.name}")
def test_textual_has_what_we_need(need):
    """A release that lacks a name is to be refused, or the file that stands on it changed."""
    module, _, owner = need.where.partition(":")
    try:
        found = importlib.import_module(module)
        has = need.name in names_of(getattr(found, owner)) if owner else has_name(found, need.name)
    except (ImportError, AttributeError):
        has = False
    assert has, f"Textual has no {need.where}.{need.name} any more: look at chat_tui/toolkit/{need.file}"


def has_name(module, name):
    """Whether a module has this, be it a module of its own."""
    return hasattr(module, name) or importlib.util.find_spec(f"{module.__name__}.{name}") is not None


def test_the_table_names_all_that_the_toolkit_touches():
    """And nothing that it has ceased to touch."""
    files = TOOLKIT.rglob("*.py")
    touched = {(str(path.relative_to(TOOLKIT)), name) for path in files for name in private_names(path)}
    assert touched == {(need.file, need.name) for need in NEEDS}


def test_the_toolkit_alone_touches_them():
    """Elsewhere nothing private is imported, and no class has a private name that its base in Textual has as well."""
    others = [path for path in ROOT.rglob("*.py") if not path.is_relative_to(TOOLKIT)]
    assert {str(path.relative_to(ROOT)): names for path in others if (names := private_names(path))} == {}


def private_names(path: Path) -> set[str]:
    """What a source file of ours touches of the private parts of Textual and Rich: imported, read, set, overridden."""
    tree = ast.parse(path.read_text())
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    own = {name for each in classes for name in defined_by(each)}
    strangers = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and is_private(node.attr) and not (is_self(node.value) or node.attr in own)
    }
    shared = {name for each in classes for name in mentioned_by(each) & names_of_bases(path, each.name)}
    return imported_by(tree) | strangers | shared


def imported_by(tree: ast.Module) -> set[str]:
    """Private names that are imported, and whatever is imported from private modules."""
    found = set()
    for node in ast.walk(tree):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for module in modules:
            if module.partition(".")[0] in {"textual", "rich"}:
                hidden = any(map(is_private, module.split(".")))
                names = [alias.name for alias in node.names]
                found |= {name for name in names if hidden or is_private(name)}
    return found


def mentioned_by(node: ast.ClassDef) -> set[str]:
    """Private names that a class defines, or uses through `self` or `super()`."""
    used = {
        each.attr
        for each in ast.walk(node)
        if isinstance(each, ast.Attribute) and is_private(each.attr) and is_self(each.value)
    }
    return used | defined_by(node)


def defined_by(node: ast.ClassDef) -> set[str]:
    """Private methods and fields of a class, and what it sets on `self`."""
    names = set()
    for each in ast.walk(node):
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(each.name)
        elif isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store) and is_self(each.value):
            names.add(each.attr)
    for each in node.body:
        names |= {target.id for target in ast.walk(each) if isinstance(target, ast.Name) and is_stored(target)}
    return set(filter(is_private, names))


def names_of_bases(path: Path, name: str) -> frozenset[str]:
    """The private names that the bases of a class of ours have, as far as they are Textual's."""
    module = importlib.import_module(".".join(("chat_tui", *path.relative_to(ROOT).with_suffix("").parts)))
    each = getattr(module, name, None)
    bases = inspect.getmro(each)[1:] if inspect.isclass(each) else ()
    return frozenset().union(*(own_names(base) for base in bases if base.__module__.startswith("textual")))


def names_of(each: type) -> frozenset[str]:
    """The private names that a class of Textual has, with those of its bases."""
    return frozenset().union(*(own_names(base) for base in inspect.getmro(each)))


@cache
def own_names(each: type) -> frozenset[str]:
    """Those that it has by itself: methods, fields, and what it sets on `self`."""
    try:
        source = inspect.getsource(each)
    except (OSError, TypeError):  # a class that is not written in Python
        source = ""
    assigned = re.findall(r"self\.(_\w+)\s*(?::[^=\n]+)?=[^=]", source)
    return frozenset(filter(is_private, [*vars(each), *vars(each).get("__annotations__", {}), *assigned]))


def is_private(name: str) -> bool:
    """One underscore in front, not two; those of a named tuple are there so as to collide with no field."""
    return name.startswith("_") and not name.startswith("__") and name not in {"_", "_replace", "_asdict"}


def is_self(node: ast.expr) -> bool:
    """`self`, or `super()`."""
    call = node.func if isinstance(node, ast.Call) else node
    return isinstance(call, ast.Name) and call.id in {"self", "super"}


def is_stored(node: ast.Name) -> bool:
    """Is it set here?"""
    return isinstance(node.ctx, ast.Store)
