"""Widget classes: makes each with one look at its own names, where Textual looks through those of all its bases.

A widget has a thousand names, and Textual and this program make 100 such classes: that was 5 % of a start.
"""

from functools import cache
from typing import Any

from textual.dom import DOMNode
from textual.reactive import Reactive

_COMPUTES = ("_compute_", "compute_")


def make_classes_quickly() -> None:
    """Put this in the place of Textual's own."""
    DOMNode.__init_subclass__ = classmethod(_init_subclass)  # type: ignore[assignment, method-assign]  # Textual's signature


def _init_subclass(
    cls: type[DOMNode],
    inherit_css: bool = True,  # noqa: FBT001, FBT002  # Textual's signature
    inherit_bindings: bool = True,  # noqa: FBT001, FBT002  # as above
    inherit_component_classes: bool = True,  # noqa: FBT001, FBT002  # as above
) -> None:
    super(DOMNode, cls).__init_subclass__()
    cls._inherit_css = inherit_css
    cls._inherit_bindings = inherit_bindings
    cls._inherit_component_classes = inherit_component_classes
    cls._reactives = {}
    computes: set[str] = set()
    for base in reversed(cls.__mro__):
        own_reactives, own_computes = _own(base)
        cls._reactives.update(own_reactives)
        computes |= own_computes
    cls._computes = frozenset(computes)
    names = [base.__name__ for base in cls._css_bases(cls)]
    cls._css_type_name = names[0]
    cls._css_type_names = frozenset(names)
    cls._merged_bindings = cls._merge_bindings()


@cache
def _own(base: type) -> tuple[dict[str, Reactive[Any]], frozenset[str]]:
    """The reactive attributes that a class itself has, and the names of those that it computes."""
    names = vars(base)
    reactives = {name: each for name, each in names.items() if isinstance(each, Reactive)}
    computes = [name.lstrip("_").removeprefix("compute_") for name in names if name.startswith(_COMPUTES)]
    return reactives, frozenset(computes)
