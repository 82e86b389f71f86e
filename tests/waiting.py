"""Wait for a condition with a deadline: the only way a test waits."""

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any


async def until(condition: Callable[[], Any], deadline_s: float = 5.0, what: str = "") -> Any:
    """The first true value of `condition` (plain or async); fails with `what` after the deadline."""
    end = time.monotonic() + deadline_s
    while True:
        value = condition()
        if inspect.isawaitable(value):
            value = await value
        if value:
            return value
        assert time.monotonic() < end, f"not within {deadline_s:g} s: {what or inspect.getsource(condition).strip()}"
        await asyncio.sleep(0.02)


def wait(condition: Callable[[], Any], deadline_s: float = 30.0, what: str = "") -> Any:
    """`until` for tests that drive whole processes and have no event loop of their own."""
    end = time.monotonic() + deadline_s
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"not within {deadline_s:g} s: {what or inspect.getsource(condition).strip()}"
        time.sleep(0.1)
