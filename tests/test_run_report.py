"""The way in which this project's tests are run: none hangs for ever, and none is skipped unseen."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent


def run(folder, source, *options):
    """Run made-up tests as ours are run; returns what is printed."""
    (folder / "test_made_up.py").write_text(source)
    command = [
        sys.executable, "-m", "pytest", "-q", "-p", "run_report", "-c", str(TESTS.parent / "pyproject.toml"),
        "--rootdir", str(folder), "-o", f"cache_dir={folder / 'cache'}", *options, str(folder),
    ]  # fmt: skip
    environment = os.environ | {"PYTHONPATH": str(TESTS)}
    return subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, check=False, timeout=50
    ).stdout


HANGING = """
import asyncio

async def test_hangs():
    async def inner():
        await asyncio.Event().wait()
    await asyncio.create_task(inner(), name="forgotten")

def test_goes_on():
    pass
"""


def test_a_test_that_hangs_fails_and_shows_where(tmp_path):
    """The line on which each of its tasks waits; the others are run."""
    said = run(tmp_path, HANGING, "-n", "1", "-o", "timeout=0.5")
    assert "Timeout (>0.5s)" in said
    assert "forgotten:" in said
    assert f"{tmp_path / 'test_made_up.py'}:6 in test_hangs.<locals>.inner" in said
    assert "1 failed, 1 passed" in said


STUBBORN = """
import time

def test_passes_over_it():
    while True:
        try:
            time.sleep(0.01)
        except BaseException:
            pass

def test_goes_on():
    pass
"""


@pytest.mark.long
def test_a_test_that_passes_over_its_failure_ends_with_its_worker(tmp_path):
    """It is named, and the others are run."""
    said = run(tmp_path, STUBBORN, "-n", "1", "-o", "timeout=0.2", "-o", "faulthandler_timeout=1")
    assert "crashed while running 'test_made_up.py::test_passes_over_it'" in said
    assert "1 failed, 1 passed" in said


SKIPPING = """
import pytest

missing = pytest.mark.skipif(True, reason="strace is not installed")

@missing
def test_one(): pass

@missing
@pytest.mark.parametrize("n", [1])
def test_two(n): pass

@pytest.mark.long
def test_three(): pass

def test_four():
    pytest.skip("the moon is full")
"""


def test_what_was_skipped_is_named_in_one_line(tmp_path):
    """For each reason; what takes long is not chosen at all."""
    said = run(tmp_path, SKIPPING, "-n", "1")
    assert "skipped: test_one, test_two[1], because strace is not installed\n" in said
    assert "skipped: test_four, because the moon is full\n" in said
    assert "test_three" not in said
    assert "3 skipped" in said
