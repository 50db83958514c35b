"""Late imports: has modules that libraries import, and that a start does not need, read when they are first used.

Together they are a tenth of all that a start reads. To be said before Textual and websockets are imported.
"""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType

_PALETTE = "textual.command"
_LATE = frozenset((
    "importlib.metadata",  # 9 ms, imported by websockets, which uses it in versions under development
    "mimetypes",
    "msgspec.inspect",
    "urllib.request",  # 3 ms, for proxies
))  # fmt: skip
"""Each is imported by one module, as `import name`: a second import, or `from name import`, has it read at once."""


def import_late() -> None:
    """Have those that are not imported yet read when they are first used, and Textual's palette when it's imported."""
    sys.meta_path.insert(0, _LateFinder())
    _import_textual()


class _LateFinder:
    """Finds them as the system does, and loads them when somebody asks for what is in them."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find one of ours; None for any other."""
        if fullname not in _LATE:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec


def _import_textual() -> None:
    """Import Textual with stand-ins in the place of its palette, which imports seven widgets and takes 12 ms.

    Nothing but the stock palette of themes, and Textual's own way to open one, would ever use them: our app has others
    (`ChatApp.action_command_palette`). What imports the module afterwards gets the real one.
    """
    if "textual.app" in sys.modules or _PALETTE in sys.modules:
        return
    stand_in = ModuleType(_PALETTE)
    for name in ("CommandListItem", "CommandPalette", "DiscoveryHit", "Hit", "Hits", "Provider", "SimpleProvider"):
        setattr(stand_in, name, type(name, (), {}))
    sys.modules[_PALETTE] = stand_in
    from chat_tui.toolkit.quick_classes import make_classes_quickly  # noqa: PLC0415 - imports Textual

    make_classes_quickly()
    try:
        import textual.app  # noqa: F401, PLC0415 - with the stand-in
    finally:
        del sys.modules[_PALETTE]
