"""The lease made, as a program reads it best: its moments in ISO 8601 too, and what it holds as an object."""

from typing import Any

from pydantic import ValidationError

from services.api.history.rows import milliseconds, timestamp
from services.shared.answer import loads_strict
from services.shared.device import DeviceError
from services.shared.messages import Lease


def told(result: dict[str, Any]) -> dict[str, Any]:
    """The controller's answer; a lease stands also under `lease`, with `from` and `until` (ISO 8601 UTC) and its payload read.

    A `note` beside it tells what it does not do.
    """
    try:
        lease = Lease.model_validate({name: part for name, part in result.items() if name != "note"}, strict=False)
        payload = loads_strict(lease.payload)
    except (ValidationError, DeviceError):
        return result
    moments = {"from": _iso(lease.from_at), "until": _iso(lease.until_at)}
    return {**result, "lease": {**result, **moments, "payload": payload}}


def _iso(at: float) -> str | None:
    ms = milliseconds(at)
    return None if ms is None else timestamp(ms)
