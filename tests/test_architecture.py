"""The structure of the sources: what is small enough to be read, and what belongs to one file alone."""

from pathlib import Path
from textwrap import dedent

import pytest

import structure

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def sources():
    """All of ours."""
    return structure.read(ROOT)


def test_all_sources_are_read(sources):
    """Of every package, whether a rule finds something in them or not."""
    names = {module.name for module in sources}
    assert {"chat_server.app", "chat_tui.app", "chat_protocol.text"} <= names
    assert len(names) > 150


def test_no_file_is_long(sources):
    """A file answers one question."""
    assert structure.long_files(sources) == []


def test_no_function_is_long(sources):
    """It can be seen at once."""
    assert structure.long_functions(sources) == []


def test_no_class_is_large(sources):
    """Its own bases counted: a class that was cut into a ladder is still one."""
    assert structure.large_classes(sources) == []


def test_no_chain_of_classes_is_long(sources):
    """What a part needs it is given; it does not inherit it from its neighbour."""
    assert structure.ladders(sources) == []


def test_no_method_is_a_stub(sources):
    """A lower step does not call a higher one."""
    assert structure.stubs(sources) == []


def test_no_class_uses_what_is_private_in_another_file(sources):
    """Not through its bases."""
    assert structure.borrowed_names(sources) == []


def test_nothing_private_is_used_from_outside(sources):
    """Not through an object either."""
    assert structure.names_of_others(sources) == []


def test_nothing_private_is_imported(sources):
    """Nor by an import."""
    assert structure.private_imports(sources) == []


def test_the_roots_hold_folders(sources):
    """The listing is the first document."""
    assert structure.crowded_roots(sources) == []


def test_docstrings_begin_with_the_thing(sources):
    """By the field's term; a question is no name."""
    assert structure.vague_openers(sources) == []


# -- each rule can fail, and only where it should ----------------------------------------------------------------------


@pytest.fixture
def found(tmp_path):
    """What a rule finds in made-up files of the server, given as their texts by name."""

    def find(rule, files, folder="server/chat_server"):
        for name, text in files.items():
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))
        return [line.removeprefix(f"{folder}/") for line in rule(structure.read(tmp_path))]

    return find


BASES = """
    class One:
        def _one(self): ...
    class Two(One): ...
"""


def test_a_long_file_is_found(found):
    """From one line more than there may be."""
    assert found(structure.long_files, {"a.py": "x = 1\n" * 351, "b.py": "x = 1\n" * 350}) == ["a.py has 351 lines"]


def test_a_long_function_is_found(found):
    """Asynchronous or not, from one line more than there may be."""
    line = "        x = 1\n"
    text = f"class A:\n    async def long(self):\n{line * 50}    def fits(self):\n{line * 49}"
    assert found(structure.long_functions, {"a.py": text}) == ["a.py:2 long has 51 lines"]


def test_a_class_is_counted_with_its_bases(found):
    """Those of other files too; a base that two of its bases share, once."""
    half = "    x = 1\n" * 200
    files = {
        "a.py": f"class Base:\n{half}",
        "b.py": f"from chat_server.a import Base\nclass Whole(Base):\n{half}\nclass Small(Base):\n    x = 1\n",
        "c.py": "from chat_server.a import Base\nclass L(Base): ...\nclass R(Base): ...\nclass Both(L, R): ...\n",
    }
    assert found(structure.large_classes, files) == ["b.py:2 Whole has 402 lines, its own bases included"]


@pytest.mark.parametrize(
    ("imported", "base"),
    [
        ("from chat_server.a import Two", "Two"),
        ("from chat_server.a import Two as Second", "Second"),
        ("from chat_server import a", "a.Two"),
        ("import chat_server.a", "chat_server.a.Two"),
        ("import chat_server.a as first", "first.Two"),
        ("from chat_server.a import Two\n    Alias = Two", "Alias"),
        ("from chat_server.a import Two\n    Alias: TypeAlias = Two[int]", "Alias"),
        ("from chat_server.a import Two", "Two[int]"),
    ],
)
def test_a_ladder_is_found_however_its_steps_are_named(found, imported, base):
    """Four classes; three are a chain that may be."""
    text = f"""
    {imported}
    class Three({base}): ...
    class Four(Three): ...
    """
    lines = found(structure.ladders, {"a.py": BASES, "b.py": text})
    assert [line.partition(": ")[2] for line in lines] == ["Four <- Three <- Two <- One"]


def test_a_ladder_of_classes_within_classes_is_found(found):
    """They are named as they are written from outside."""
    text = """
    class Outer:
        class One: ...
        class Two(One): ...
        def make(self):
            class Three(Outer.Two): ...
            class Four(Three): ...
    """
    (line,) = found(structure.ladders, {"a.py": text})
    assert line.endswith("Four <- Outer.make.<locals>.Three <- Outer.Two <- Outer.One")


def test_exceptions_and_data_are_no_ladder(found):
    """Their chains carry no behaviour."""
    text = """
    class A(Exception): ...
    class B(A): ...
    class C(B): ...
    class D(C): ...
    class E(msgspec.Struct, frozen=True): ...
    class F(E): ...
    class G(F): ...
    class H(G): ...
    """
    assert found(structure.ladders, {"a.py": text}) == []


def test_a_stub_is_found(found):
    """With a docstring or without; a method that also does something is none."""
    text = '''
    class A:
        def one(self):
            """Is made by who inherits."""
            raise NotImplementedError
        async def two(self):
            raise NotImplementedError("two")
        def three(self):
            self.x = 1
            raise NotImplementedError
    '''
    assert found(structure.stubs, {"a.py": text}) == ["a.py:3 one", "a.py:6 two"]


def test_a_borrowed_name_is_found(found):
    """A method, a field, a slot or an attribute, through `self`, `cls` or `super()`; in one file they are its own."""
    base = """
    class Base:
        __slots__ = ("_slot",)
        _attribute: int = 1
        def __init__(self): self._field = 1
        def _method(self): ...
        public = 1
    class Neighbour(Base):
        def run(self): self._method()
    """
    text = """
    from chat_server.a import Base
    class Child(Base):
        def run(self):
            self._own = self._field + self._slot + self.public
            super()._method()
        @classmethod
        def make(cls): return cls._attribute
        class Inner:
            def run(self): self._field
    """
    names = [line.rpartition(".")[2] for line in found(structure.borrowed_names, {"a.py": base, "b.py": text})]
    assert sorted(names) == ["_attribute", "_field", "_method", "_slot"]


def test_a_private_name_that_is_used_from_outside_is_found(found):
    """Read, called or set; those of one's own kind, of a named tuple and of libraries are not."""
    text = """
    class Owner:
        def __init__(self): self._secret = self._replace = 1
        def equals(self, other): return other._secret == self._secret
    """
    user = """
    def peek(owner, library):
        owner._secret = owner._secret
        return owner._replace(x=1), library._theirs, owner.__class__
    """
    assert found(structure.names_of_others, {"a.py": text, "b.py": user}) == ["b.py:3 owner._secret"] * 2


def test_a_private_import_is_found(found):
    """Of ours alone."""
    text = "from chat_server.a import _helper, helper\nfrom textual.keys import _character_to_key\n"
    files = {"a.py": "def _helper(): ...\ndef helper(): ...\n", "b.py": text}
    assert found(structure.private_imports, files) == ["b.py imports chat_server.a._helper"]


def test_a_crowded_root_is_found(found):
    """Files in its folders don't count."""
    files = {f"file{number}.py": "" for number in range(6)} | {"folder/file.py": ""}
    assert found(structure.crowded_roots, files) == []
    assert found(structure.crowded_roots, {"seventh.py": ""}) == ["chat_server has 7 files"]


@pytest.mark.parametrize("opener", ["What the server may say.", "Who's here.", "Where, and when.", "How it goes."])
def test_a_docstring_that_begins_with_a_question_is_found(found, opener):
    """Its first word is one."""
    files = {"a.py": f'"""{opener}"""\n', "b.py": '"""Presence: who is here."""\n', "c.py": '"""Whatever comes."""\n'}
    assert found(structure.vague_openers, files) == [f"a.py: {opener}"]
