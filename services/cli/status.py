"""`mine status`: what the running system says of itself."""

import asyncio
import json
from typing import Any

import typer

from services.cli.reading import EXIT_NOT_RUNNING, end, judged
from services.shared.device import DeviceError
from services.shared.http import HttpClient, raise_for_status


def status(as_json: bool = typer.Option(False, "--json", help="As the API answers.")) -> None:
    """Ask the running api. Exit code 3 when it does not answer."""
    settings = judged(quiet=as_json)
    try:
        answer = asyncio.run(fetch(f"http://127.0.0.1:{settings.api.port}/api/status"))
    except DeviceError as error:
        end(f"The api does not answer on port {settings.api.port}: {error}", EXIT_NOT_RUNNING)
    typer.echo(json.dumps(answer, indent=2, ensure_ascii=False) if as_json else "\n".join(pretty(answer)))


async def fetch(url: str, method: str = "GET") -> Any:
    """The JSON answer. Raises DeviceError."""
    client = HttpClient(deadline_s=10.0)
    try:
        answer = await client.request(method, url)
        raise_for_status(answer)
        return answer.json()
    finally:
        await client.close()


def pretty(answer: Any, indent: str = "") -> list[str]:
    """Nested values as indented lines; nothing is shown as `unknown`."""
    lines = []
    pairs = answer.items() if isinstance(answer, dict) else [("-", item) for item in answer]
    for name, value in pairs:
        head = f"{indent}{name}" if name == "-" else f"{indent}{name}:"
        if isinstance(value, dict) and name == "-":
            lines.append(f"{head} " + ", ".join(f"{key} {_word(part)}" for key, part in value.items()))
        elif isinstance(value, (dict, list)):
            lines.extend([head, *pretty(value, indent + "  ")] if value else [f"{head} none"])
        else:
            lines.append(f"{head} {_word(value)}")
    return lines


def _word(value: object) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
