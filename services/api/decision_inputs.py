"""What a decision went by, and its reasons, as its event keeps them: JSON of which any part may be missing or of another kind."""

import json
from collections.abc import Mapping
from typing import Any


def read(detail: str) -> dict[str, Any]:
    """What a decision went by; empty where nothing is kept."""
    try:
        found = json.loads(detail)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def dicts(inputs: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """A list of the inputs; whatever else stands there is left out."""
    found = inputs.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def number(found: Any) -> float | None:
    """A number of the inputs."""
    return float(found) if isinstance(found, (int, float)) and not isinstance(found, bool) else None


def texts(stored: str) -> list[str]:
    """A stored list of reasons; empty for what is none."""
    try:
        found = json.loads(stored)
    except ValueError:
        return []
    return [str(one) for one in found] if isinstance(found, list) else []
