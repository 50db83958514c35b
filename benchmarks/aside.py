"""Work in a process of its own, so that the one who measures has nothing else to do.

It gives way to what is measured, and so should the servers that do: in life they are other computers.
"""

import multiprocessing
import os
from collections.abc import Callable
from typing import Generic, TypeVar

Result = TypeVar("Result")
NICE = 10
_fork = multiprocessing.get_context("fork")  # it goes on with the connections that are open


class Aside(Generic[Result]):
    """`work` in another process, from now on."""

    def __init__(self, work: Callable[[], Result]) -> None:
        self._result, answer = _fork.Pipe(duplex=False)

        def run() -> None:
            os.nice(NICE)
            answer.send(work())

        self._process = _fork.Process(target=run, daemon=True)
        self._process.start()
        answer.close()

    @property
    def done(self) -> bool:
        """Is there a result, or nothing to wait for any more?"""
        return self._result.poll()

    def result(self) -> Result:
        """What came of it, once it has. Raises RuntimeError where the work failed."""
        try:
            result: Result = self._result.recv()
        except EOFError:
            raise RuntimeError("the other process failed; it has said why") from None
        finally:
            self._process.join()
        return result


def give_way(pid: int) -> None:
    """From now on, this process runs when nothing else wants to."""
    os.setpriority(os.PRIO_PROCESS, pid, NICE)
