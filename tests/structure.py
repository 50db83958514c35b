"""The structure of the sources, read from their syntax: sizes, chains of classes, private names across files.

Each rule is a function that returns what breaks it, a line for each.
"""

import ast
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

MOST_FILE, MOST_FUNCTION, MOST_CLASS, MOST_CHAIN = 350, 50, 400, 3
"""Lines of a file, of a function, of a class with its own bases; classes of ours in one chain of bases."""
MOST_IN_ROOT = {"chat_tui": 12, "chat_server": 6}
"""Files beside the folders of a package."""
OPENERS = {"What", "Who", "Which", "How", "Where", "When", "Whom"}
"""A module docstring begins with none of these: its first sentence names the thing by the field's term."""

_TUPLES = {"_asdict", "_fields", "_field_defaults", "_make", "_replace"}
"""Names of a NamedTuple that are public in spite of their underscore."""
_OTHERS_ROOM = "tui_client/chat_tui/toolkit"
"""The folder whose job is to touch private names of Textual."""
_DATA = {"Struct", "NamedTuple", "Protocol", "TypedDict", "Enum", "IntEnum", "IntFlag", "StrEnum"}
_ERRORS = {"BaseException", "Exception", "Warning"}

_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Class:
    """A class of ours, with its own bases as far as they are ours too."""

    def __init__(self, module: "Module", node: ast.ClassDef, outer: str = "") -> None:
        self.module = module
        self.node = node
        self.name = outer + node.name
        self.lines = _lines(node)
        self.bases: list[Class] = []

    def __str__(self) -> str:
        return f"{self.module.path}:{self.node.lineno} {self.name}"

    @property
    def base_names(self) -> list[str]:
        """Bases as they are written, dots included, without type arguments."""
        plain = [base.value if isinstance(base, ast.Subscript) else base for base in self.node.bases]
        return [ast.unparse(base) for base in plain]

    @property
    def is_data(self) -> bool:
        """Plain data, or an exception, where a chain of bases carries no behaviour?"""
        names = {name.rpartition(".")[2] for each in [self, *self.ancestors] for name in each.base_names}
        return not names.isdisjoint(_DATA | _ERRORS) or any(name.endswith("Error") for name in names)

    @property
    def chain(self) -> list["Class"]:
        """The longest line of own bases, this class first."""
        return [self, *max((base.chain for base in self.bases), key=len, default=[])]

    @property
    def ancestors(self) -> list["Class"]:
        """All own bases, near and far."""
        return [each for base in self.bases for each in (base, *base.ancestors)]

    @property
    def methods(self) -> list[_Function]:
        """What its body defines itself."""
        return [node for node in self.node.body if isinstance(node, _Function)]

    @cached_property
    def private_names(self) -> set[str]:
        """What this class defines for itself: methods, fields, slots, and what it sets on `self`."""
        names = {method.name for method in self.methods}
        for node in _own_nodes(self.node):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_self(node.value):
                names.add(node.attr)
        for node in self.node.body:
            for target in _targets(node):
                names |= {each.id for each in ast.walk(target) if isinstance(each, ast.Name)}
                if isinstance(target, ast.Name) and target.id == "__slots__" and isinstance(node, ast.Assign):
                    names |= {each.value for each in ast.walk(node.value) if _is_text(each)}
        return {name for name in names if _is_private(name)}

    def borrowed(self) -> Iterator[str]:
        """Private names that are used through `self`, `cls` or `super()` and that a class of another file defines."""
        others = [each for each in self.ancestors if each.module is not self.module]
        for node in _own_nodes(self.node):
            if isinstance(node, ast.Attribute) and _is_own(node.value):
                for other in others:
                    if node.attr in other.private_names:
                        yield f"{self.module.path}:{node.lineno} {self.name} uses {other.name}.{node.attr}"


class Module:
    """A source file."""

    def __init__(self, root: Path, path: Path) -> None:
        self.path = path.relative_to(root)
        text = path.read_text()
        self.lines = len(text.splitlines())
        self.tree = ast.parse(text)
        self.classes = {each.name: each for each in self._classes(self.tree.body, "")}

    def _classes(self, body: list[ast.stmt], outer: str) -> Iterator[Class]:
        """Every class, those in classes and functions included, by the name that it has from outside."""
        for node in body:
            if isinstance(node, ast.ClassDef):
                yield Class(self, node, outer)
                yield from self._classes(node.body, f"{outer}{node.name}.")
            elif isinstance(node, _Function):
                yield from self._classes(node.body, f"{outer}{node.name}.<locals>.")
            elif not isinstance(node, ast.expr):
                for part in ("body", "orelse", "finalbody", "handlers"):
                    yield from self._classes(getattr(node, part, []), outer)

    @property
    def name(self) -> str:
        """The name by which it is imported."""
        return ".".join(self.path.with_suffix("").parts[1:]).removesuffix(".__init__")

    @property
    def functions(self) -> list[_Function]:
        """Every function and method."""
        return [node for node in ast.walk(self.tree) if isinstance(node, _Function)]

    def uses(self, names: set[str]) -> Iterator[ast.Attribute]:
        """Where an attribute with one of these names is used of anything but `self`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute) and node.attr in names and not _is_own(node.value):
                yield node

    @cached_property
    def imports(self) -> dict[str, tuple[str, str]]:
        """What each imported name stands for: a module, and a name in it, or none for the module itself."""
        found = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                found |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    first = alias.name.partition(".")[0]
                    found |= {alias.asname: (alias.name, "")} if alias.asname else {first: (first, "")}
        return found

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Other names that the file gives to something: `X = Y`, `X: TypeAlias = Y[int]`."""
        found = {}
        for node in self.tree.body:
            value = getattr(node, "value", None)
            value = value.value if isinstance(value, ast.Subscript) else value
            if isinstance(value, ast.Name | ast.Attribute):
                found |= {target.id: ast.unparse(value) for target in _targets(node) if isinstance(target, ast.Name)}
        return found


def _lines(node: _Function | ast.ClassDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _targets(node: ast.stmt) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AnnAssign) else []


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Everything in a class but what is in classes within it: their `self` is another."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.ClassDef):
            yield child
            yield from _own_nodes(child)


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_own(node: ast.expr) -> bool:
    return _is_self(node) or _is_super(node)


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


def read(root: Path) -> list[Module]:
    """Every source file of the checkout at `root`, each class joined to its own bases."""
    paths = sorted([*root.glob("server/chat_*/**/*.py"), *root.glob("tui_client/chat_*/**/*.py")])
    modules = [Module(root, path) for path in paths]
    by_name = {module.name: module for module in modules}
    for module in modules:
        for each in module.classes.values():
            found = [_find_from(by_name, each, name) for name in each.base_names]
            each.bases = [base for base in found if base is not None and base is not each]
    return modules


def _find_from(by_name: dict[str, Module], user: Class, name: str) -> Class | None:
    """The class of ours that a name stands for where `user` is defined: a neighbour within the same class, first."""
    scope = user.name.rpartition(".")[0]
    while scope:
        if (found := user.module.classes.get(f"{scope}.{name}")) is not None:
            return found
        scope = scope.rpartition(".")[0]
    return _find(by_name, user.module, name)


def _find(by_name: dict[str, Module], module: Module, name: str, steps: int = 8) -> Class | None:
    """The class of ours that a name in a file stands for, through aliases and imports, those of `__init__` included."""
    if name in module.classes or not steps:
        return module.classes.get(name)
    if name in module.aliases:
        return _find(by_name, module, module.aliases[name], steps - 1)
    first, _, rest = name.partition(".")
    if first in module.imports:
        source, original = module.imports[first]
        if f"{source}.{original}" in by_name:  # a module was imported from its package
            source, original = f"{source}.{original}", ""
        while not original and rest and f"{source}.{rest.partition('.')[0]}" in by_name:
            source, rest = f"{source}.{rest.partition('.')[0]}", rest.partition(".")[2]
        there = ".".join(part for part in (original, rest) if part)
        return _find(by_name, by_name[source], there, steps - 1) if source in by_name and there else None
    return None


# -- the rules --------------------------------------------------------------------------------------------------------


def long_files(modules: list[Module]) -> list[str]:
    """Files that are longer than a reader keeps in mind."""
    return [f"{each.path} has {each.lines} lines" for each in modules if each.lines > MOST_FILE]


def long_functions(modules: list[Module]) -> list[str]:
    """Functions that do not fit on a screen."""
    return [
        f"{module.path}:{node.lineno} {node.name} has {_lines(node)} lines"
        for module in modules
        for node in module.functions
        if _lines(node) > MOST_FUNCTION
    ]


def large_classes(modules: list[Module]) -> list[str]:
    """Classes that are too large, their own bases counted with them: a ladder is one class."""
    found = []
    for each in _classes(modules):
        whole = sum(one.lines for one in {each, *each.ancestors})
        if whole > MOST_CLASS:
            found.append(f"{each} has {whole} lines, its own bases included")
    return found


def ladders(modules: list[Module]) -> list[str]:
    """Chains of more own classes than a reader can follow; exceptions and plain data aside."""
    return [
        f"{each}: {' <- '.join(one.name for one in each.chain)}"
        for each in _classes(modules)
        if len(each.chain) > MOST_CHAIN and not each.is_data
    ]


def stubs(modules: list[Module]) -> list[str]:
    """Methods that only raise NotImplementedError, so that a lower step may call a higher one."""
    found = []
    for module in modules:
        for node in module.functions:
            body = [one for one in node.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
            if len(body) == 1 and isinstance(body[0], ast.Raise) and "NotImplementedError" in ast.dump(body[0]):
                found.append(f"{module.path}:{node.lineno} {node.name}")
    return found


def borrowed_names(modules: list[Module]) -> list[str]:
    """Private names that a class takes from a class of another file."""
    return sorted({use for each in _classes(modules) for use in each.borrowed()})


def names_of_others(modules: list[Module]) -> list[str]:
    """Private names of ours that are read or set from outside: `other._name`, where no class of the file defines it."""
    ours = {name for each in _classes(modules) for name in each.private_names} - _TUPLES
    found = []
    for module in modules:
        if not module.path.is_relative_to(_OTHERS_ROOM):
            foreign = ours - {name for each in module.classes.values() for name in each.private_names}
            found += [f"{module.path}:{use.lineno} {ast.unparse(use)}" for use in module.uses(foreign)]
    return found


def private_imports(modules: list[Module]) -> list[str]:
    """Private names of one file of ours that another imports."""
    ours = {module.name for module in modules}
    return [
        f"{module.path} imports {source}.{name}"
        for module in modules
        for source, name in module.imports.values()
        if source in ours and _is_private(name)
    ]


def crowded_roots(modules: list[Module]) -> list[str]:
    """Packages with more files beside their folders than a reader takes in."""
    counts = {root: sum(each.path.parts[1:-1] == (root,) for each in modules) for root in MOST_IN_ROOT}
    return [f"{root} has {count} files" for root, count in counts.items() if count > MOST_IN_ROOT[root]]


def vague_openers(modules: list[Module]) -> list[str]:
    """Module docstrings whose first word is a question."""
    return [
        f"{each.path}: {text.splitlines()[0]}"
        for each in modules
        if (text := ast.get_docstring(each.tree)) and text.split()[0].strip("'’s,.:") in OPENERS
    ]


def _classes(modules: list[Module]) -> Iterator[Class]:
    return (each for module in modules for each in module.classes.values())
