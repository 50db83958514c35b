"""What every benchmark needs: the programs as processes, what they use of the machine, and figures for people.

Linux only: it reads /proc. Nothing here is imported by the program itself.
"""

import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

_READY = re.compile(r"ws://127\.0\.0\.1:(\d+)")
_TICK = os.sysconf("SC_CLK_TCK")
_PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024


@dataclass(frozen=True, slots=True)
class Program:
    """A server that is running, the port on 127.0.0.1 that it listens on, and the file to which its errors go."""

    pid: int
    port: int
    errors: Path | None = None

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"ws://127.0.0.1:{self.port}"

    def log_lines(self) -> list[str]:
        """What it has written to its log so far."""
        return self.errors.read_text().splitlines() if self.errors else []


@contextmanager
def chat_server(*options: str) -> Iterator[Program]:
    """The real `chat-server` on a free port, for as long as this lasts."""
    with _running([sys.executable, "-m", "chat_server", "--host", "127.0.0.1", "--port", "0", *options]) as program:
        yield program


@contextmanager
def plain_server(*options: str) -> Iterator[Program]:
    """The minimal server on the stock library to compare with (`plain_server.py`), for as long as this lasts."""
    script = Path(__file__).with_name("plain_server.py")
    with _running([sys.executable, str(script), *options]) as program:
        yield program


@contextmanager
def _running(command: Sequence[str]) -> Iterator[Program]:
    with tempfile.NamedTemporaryFile() as errors:  # a pipe would fill up, and then the server would wait
        process = subprocess.Popen(command, stderr=errors)
        try:
            yield Program(process.pid, _port(process, Path(errors.name)), Path(errors.name))
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _port(process: "subprocess.Popen[bytes]", errors: Path) -> int:
    """The port that the program says it listens on, once it does."""
    while (status := process.poll()) is None:
        if ready := _READY.search(errors.read_text()):
            return int(ready[1])
        time.sleep(0.01)
    raise RuntimeError(f"the server did not start, and ended with {status}:\n{errors.read_text()}")


_CORES = sorted(os.sched_getaffinity(0))
MEASURED = set(_CORES[:1])
"""The core of what is measured alone."""
OTHERS = set(_CORES[1:]) or MEASURED
"""The cores of the load, and of everything else."""


@contextmanager
def on(cores: set[int]) -> Iterator[None]:
    """This thread on these cores; what it starts meanwhile, threads and programs, stays there with all its threads."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def apart(start: Callable[[], AbstractContextManager[Program]]) -> Iterator[Program]:
    """A program on one core, this process on the others, so that neither moves the other about.

    It is there from its start: the thread that writes a log shares the core, and the interpreter's lock, with the rest.
    """
    with ExitStack() as stack:
        with on(MEASURED):
            program = stack.enter_context(start())
        stack.enter_context(on(OTHERS))
        yield program


def allow_many_files() -> None:
    """Let this process, and those that it starts, open as many files as the system gives."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def cpu_seconds(pid: int) -> float:
    """CPU time of all threads of a process, user and system, to about a scheduler tick."""
    total = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        total += int((thread / "schedstat").read_text().split()[0])
    return total / 1e9


def resident_kib(pid: int) -> int:
    """Memory of a process that is in RAM, in KiB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Rss:"):
            return int(line.split()[1])
    raise RuntimeError("the kernel tells no Rss")


def resident_kib_roughly(pid: int) -> int:
    """The same, cheap enough to ask often; the kernel may be some dozen pages late."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_KIB


def _machine_busy() -> float:
    """CPU seconds that were used on this machine, or that its host gave to others, since it started."""
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(
        int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    )
    return (user + nice + system + irq + softirq + steal) / _TICK


def _own_cpu_seconds() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used in `seconds`: CPU seconds of each server, of this process, and of everything else.

    Programs that this process started and that have ended count as this process.
    """

    seconds: float
    servers: tuple[float, ...]
    own: float
    others: float


class Meter:
    """Measures the CPU time of `servers`, of this process and of all else, from its making on."""

    def __init__(self, *servers: Program) -> None:
        self._pids = [server.pid for server in servers]
        self._then = self._now()

    def read(self) -> Usage:
        """What has been used until now."""
        seconds, own, busy, *servers = (now - then for now, then in zip(self._now(), self._then, strict=True))
        return Usage(seconds, tuple(servers), own, max(0.0, busy - own - sum(servers)))

    def _now(self) -> list[float]:
        return [time.perf_counter(), _own_cpu_seconds(), _machine_busy(), *map(cpu_seconds, self._pids)]


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that `percent` per cent of `values` do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * percent / 100))]


def loop_name() -> str:
    """The event loop that the servers take."""
    try:
        import uvloop  # noqa: F401, PLC0415 - optional
    except ImportError:
        return "asyncio"
    return "uvloop"
