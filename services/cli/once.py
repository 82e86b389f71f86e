"""`mine once`: asks the running controller for one full cycle."""

from typing import Any

from services.cli.ask import api_of, carried_out, told
from services.cli.holds import notes
from services.cli.options import Json
from services.shared.settings import Settings


def once(as_json: Json = False) -> None:
    """One full cycle now: re-check everything, record a state row.

    Exit code 0 done, 1 refused, 2 mistakes, 3 not running, 4 no answer.
    """

    async def work(settings: Settings) -> dict[str, Any]:
        async with api_of(settings) as api:
            return await api.ask("cycle", {}, "one cycle asked for")

    document = carried_out(work, quiet=as_json)
    told(document, ["One full cycle was done.", *notes(document)], as_json=as_json)
