"""The description of the API for REST clients; `docs/openapi.json` is made from it."""

from typing import Any

from services.api.app import build


def document() -> dict[str, Any]:
    """The OpenAPI document of the debug listener, which serves everything. Needs no settings and no broker."""
    return build(with_debug=True).openapi()
