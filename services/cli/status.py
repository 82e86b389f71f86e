"""`mine status`: is the site safe, is it curtailed, and why; readable at three in the morning."""

from typing import Any

from services.cli.ask import api_of, carried_out, told
from services.cli.glance import glance
from services.cli.options import Json
from services.shared.settings import Settings


def status(as_json: Json = False) -> None:
    """Ask the running api.

    Exit code 0 answered, 1 refused, 2 mistakes, 3 not running, 4 no answer.
    """

    async def work(settings: Settings) -> tuple[Any, list[str]]:
        async with api_of(settings) as api:
            if as_json:
                return await api.get("/api/status"), []
            return None, list(glance(await api.get("/dashboard_data.json")))

    document, lines = carried_out(work, quiet=as_json)
    told(document, lines, as_json=as_json)
