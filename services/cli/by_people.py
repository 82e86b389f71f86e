"""What people ask for at present, in the words of the glossary: curtailed and held; forced is what is not the plant's own."""

import json
from collections.abc import Iterator
from typing import Any

_HELD = ("miners", "fans", "drill")


def by_people(feed: dict[str, Any]) -> tuple[str, ...]:
    """Such as "curtailed by ann", "held by ann" or "FORCED by ann" for each hold of the page's feed, each once.

    A forced value of which no hold tells is FORCED.
    """
    told = tuple(dict.fromkeys(_told(feed)))
    return told or (("FORCED",) if feed["forced"] else ())


def _told(feed: dict[str, Any]) -> Iterator[str]:
    for one in feed["leases"]:
        if one["kind"] != "raw":  # it only shows answers
            yield f"{_word(one)} by {one['owner']}"
    if any(one["forced"] for one in feed["sensors"]):
        yield "FORCED values"


def _word(lease: dict[str, Any]) -> str:
    if lease["kind"] in _HELD:
        return "held"
    return "curtailed" if lease["kind"] == "power_signal" and _is_curtailment(lease["payload"]) else "FORCED"


def _is_curtailment(payload: str) -> bool:
    try:
        hold = json.loads(payload)
    except ValueError:
        return False
    return isinstance(hold, dict) and hold.get("level") == "control" and hold.get("target_kw") is not None
