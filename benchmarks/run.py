"""The runner of the benchmarks: each script in a process of its own, their figures in a file, and what has changed.

Without names it runs all of them, one after the other. The figures are compared with those that were kept last.
"""

import argparse
import datetime as dt
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
from figures import FILE, NOTABLE, Figure, changes
from measuring import loop_name

_HERE = Path(__file__).parent
SCRIPTS = {path.stem.removeprefix("bench_"): path for path in sorted(_HERE.glob("bench_*.py"))}
NEWEST = _HERE.parent / ".cache" / "bench" / "figures.json"
KEPT = _HERE / "figures.json"


class Machine(msgspec.Struct):
    """On what the figures were measured, and when."""

    cores: int
    processor: str
    kernel: str
    python: str
    event_loop: str
    date: str


class Record(msgspec.Struct):
    """The figures of a run, by the scripts that told them; only of those that ended well."""

    machine: Machine
    figures: dict[str, list[Figure]]


def _machine() -> Machine:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    processor = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())
    today = dt.datetime.now(dt.UTC).date().isoformat()
    cores = len(os.sched_getaffinity(0))
    return Machine(cores, processor, platform.release(), platform.python_version(), loop_name(), today)


def _read(path: Path) -> Record | None:
    return msgspec.json.decode(path.read_bytes(), type=Record) if path.exists() else None


def _write(record: Record, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(record)) + b"\n")


def _run(name: str) -> list[Figure] | None:
    """What the script tells; None when it has failed."""
    print(f"\n== {name}", flush=True)
    begin = time.perf_counter()
    with tempfile.NamedTemporaryFile() as file:
        ended = subprocess.run([sys.executable, str(SCRIPTS[name])], env=os.environ | {FILE: file.name}, check=False)
        figures = [msgspec.json.decode(line, type=Figure) for line in file.read().splitlines()]
    print(f"== {name} {'FAILED after' if ended.returncode else 'took'} {time.perf_counter() - begin:.0f} s", flush=True)
    return None if ended.returncode else figures


def _compare(now: Record, kept: Record | None) -> None:
    if kept is None:
        print("\nThere are no earlier figures to compare with.")
        return
    before = kept.machine
    print(
        f"\nCompared with {before.date}"
        f"{'' if _same(now.machine, before) else f', measured elsewhere: {before}; now: {now.machine}'}:"
    )
    gone = {name: list[Figure]() for name in kept.figures if name not in SCRIPTS}
    lines = list(changes({**gone, **now.figures}, kept.figures))
    print(*lines or [f"nothing changed by more than {NOTABLE * 100 - 100:.0f} %"], sep="\n")


def _same(one: Machine, other: Machine) -> bool:
    return msgspec.structs.replace(one, date=other.date) == other


def _keep() -> None:
    """From now on, runs are compared with the newest; scripts that were not run keep their figures."""
    newest, kept = _read(NEWEST), _read(KEPT)
    if newest is None:
        sys.exit("there has been no run whose figures could be kept")
    if kept is not None:
        figures = {**kept.figures, **newest.figures}
        newest.figures = {name: figures[name] for name in SCRIPTS if name in figures}
    _write(newest, KEPT)


def main() -> None:
    """Run what is asked for; ends with status 1 when a script has failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"run only these, of {', '.join(SCRIPTS)}")
    parser.add_argument("--keep", action="store_true", help="run nothing: later runs are compared with the last one")
    options = parser.parse_args()
    if unknown := set(options.names) - set(SCRIPTS):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    if options.keep:
        _keep()
        return
    begin = time.perf_counter()
    told = {name: _run(name) for name in options.names or SCRIPTS}
    record = Record(_machine(), {name: figures for name, figures in told.items() if figures is not None})
    _write(record, NEWEST)
    _compare(record, _read(KEPT))
    print(f"\n{(time.perf_counter() - begin) / 60:.1f} minutes in all")
    if failed := [name for name, figures in told.items() if figures is None]:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
