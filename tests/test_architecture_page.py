"""ARCHITECTURE.md is true: the files and functions on the road of a message are where it says, and it is short."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "ARCHITECTURE.md").read_text()
HOPS = [row for row in PAGE.splitlines() if row.startswith("|") and ".py`" in row]
"""Rows of the two tables: what happens, and in which files and functions."""
FOLDERS = re.findall(r"^  (?:[a-z_]+, )*([a-z_]+)/ ", PAGE, re.MULTILINE)
_NAME = re.compile(r"`([A-Za-z_.]+)`")


def files_of(hop):
    """The sources that a row names, each by the end of its path."""
    ends = re.findall(r"`([a-z_/]+\.py)`", hop)
    found = [[path for root in ("server", "tui_client") for path in (ROOT / root).glob(f"*/**/{end}")] for end in ends]
    return dict(zip(ends, found, strict=True))


def test_the_page_is_short():
    """Who has read it knows where things are."""
    assert len(PAGE.splitlines()) <= 100


def test_every_hop_is_looked_at():
    """Both ways, from the composer to the hub and from the wire to the row."""
    assert len(HOPS) == 15
    assert len(FOLDERS) > 12


@pytest.mark.parametrize("hop", HOPS, ids=lambda hop: hop.split("|")[1].strip())
def test_each_file_of_the_road_is_there_and_has_its_functions(hop):
    """A name that moved takes this page with it."""
    files = files_of(hop)
    assert [end for end, paths in files.items() if len(paths) != 1] == []
    sources = "\n".join(path.read_text() for paths in files.values() for path in paths)
    names = [name.rpartition(".")[2] for name in _NAME.findall(hop) if not name.endswith(".py")]
    assert [name for name in names if not re.search(rf"\b{name}\b", sources)] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_folder_of_the_tree_is_there(folder):
    """And every folder of the sources is in the tree."""
    assert list((ROOT / "server").glob(f"*/{folder}")) or list((ROOT / "tui_client").glob(f"*/{folder}"))


@pytest.mark.parametrize("root", ["server/chat_server", "tui_client/chat_tui"])
def test_the_tree_has_every_folder(root):
    """A new one gets its line."""
    folders = [path.name for path in (ROOT / root).iterdir() if (path / "__init__.py").exists()]
    assert [folder for folder in folders if f"{folder}/" not in PAGE] == []
