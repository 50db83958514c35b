"""What a run of tests says beside its results: where one hung, and what was skipped because something is not there."""

import asyncio
from collections.abc import Iterator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call):
    """To the report of a test whose time is over, add what its tasks waited for."""
    report = yield
    if call.excinfo is not None and "pytest-timeout" in str(call.excinfo.value):
        report.sections.append(("Where its tasks were", "\n".join(where_tasks_are())))
    return report


def where_tasks_are() -> Iterator[str]:
    """A line for each coroutine that a task of this thread's loop is in, outermost first."""
    try:
        loop = asyncio.get_event_loop()
    except RuntimeError:  # there is none: what hung was no coroutine
        return
    for task in asyncio.all_tasks(loop):
        yield f"{task.get_name()}:"
        coroutine = task.get_coro()
        while (frame := getattr(coroutine, "cr_frame", None)) is not None:
            yield f"  {frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_qualname}"
            coroutine = coroutine.cr_await


def pytest_terminal_summary(terminalreporter):
    """One line for each reason for which something was skipped."""
    skipped: dict[str, list[str]] = {}
    for report in terminalreporter.stats.get("skipped", ()):
        reason = report.longrepr[2].removeprefix("Skipped: ")
        skipped.setdefault(reason, []).append(report.nodeid.rpartition("::")[2])
    for reason, names in skipped.items():
        terminalreporter.write_line(f"skipped: {', '.join(names)}, because {reason}")
