"""`mine once`: asks the running controller for one full cycle."""

import asyncio

import typer

from services.cli.reading import EXIT_NOT_RUNNING, end, judged
from services.cli.status import fetch, pretty
from services.shared.device import DeviceError, Refused


def once() -> None:
    """Ask for one full cycle now. Exit code 3 when nothing runs, 1 when it is refused."""
    settings = judged()
    try:
        answer = asyncio.run(fetch(f"http://127.0.0.1:{settings.api.debug_port}/api/v1/cycle", "POST"))
    except Refused as error:
        end(f"The cycle was refused: {error}", 1)
    except DeviceError as error:
        end(f"Nothing runs that could do a cycle: {error}", EXIT_NOT_RUNNING)
    typer.echo("\n".join(pretty(answer)))
