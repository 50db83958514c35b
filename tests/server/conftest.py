"""Real servers for the facts in this folder; `CHAT_TEST_UVLOOP=1` runs them in the faster event loop."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from chatting import House, open_house

if os.environ.get("CHAT_TEST_UVLOOP"):
    import uvloop

    def pytest_asyncio_loop_factories(config, item) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
        """In which event loops each fact of this folder is checked."""
        return {"uvloop": uvloop.new_event_loop}


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A server with the settings that `open_house` gives it."""
    async with open_house() as house:
        yield house


@pytest.fixture
async def open_a_house() -> AsyncIterator[Callable[..., Awaitable[House]]]:
    """Make servers with settings of the test's own; they end with the test."""
    async with AsyncExitStack() as stack:

        async def open_it(**overrides: Any) -> House:
            return await stack.enter_async_context(open_house(**overrides))

        yield open_it
