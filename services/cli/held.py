"""What a lease holds, in words, and what a new one takes the place of."""

import json
from collections.abc import Sequence
from typing import Any

from services.shared.site_time import Clock
from services.shared.vocabulary import name_of


def held(lease: dict[str, Any]) -> str:
    """Such as "power_signal: at most 300 kW" or "miners: row-a asleep"; the kind alone where nothing tells."""
    what = _told(_hold(lease))
    return f"{lease['kind']}: {what}" if what else str(lease["kind"])


def replaced(made: dict[str, Any], before: Sequence[dict[str, Any]], when: Clock) -> list[str]:
    """What stood before a curtailment was made, as `controller/core/holds.py` judges it: the asker's own goes, others' stand.

    Raises KeyError or TypeError where these are no leases.
    """
    own = name_of(str(made["owner"]))
    told = []
    for one in before:
        if one["kind"] != made["kind"] or one["id"] == made["id"]:
            continue
        what = _told(_hold(one)) or str(one["kind"])
        is_own = name_of(str(one["owner"])) == own
        whose = "It replaces your curtailment:" if is_own else f"{name_of(str(one['owner']))} also has"
        told.append(f"{whose} {what} until {when(one['until_at'])}{'' if is_own else ': the lowest counts'}.")
    return told


def _hold(lease: dict[str, Any]) -> dict[str, Any]:
    try:
        hold = json.loads(lease["payload"])
    except (ValueError, TypeError, KeyError):
        return {}
    return hold if isinstance(hold, dict) else {}


def _told(hold: dict[str, Any]) -> str:
    kw, level, members = hold.get("target_kw"), hold.get("level"), hold.get("members")
    if isinstance(kw, int | float) and not isinstance(kw, bool):
        most = f"at most {kw:g} kW" if kw else "all load off"
        return most if level in (None, "control") else f"{level}, {most}"
    if isinstance(members, list) and members:
        return f"{', '.join(map(str, members[:3]))}{' and more' if members[3:] else ''} {_state(hold)}"
    return str(level) if level else ""


def _state(hold: dict[str, Any]) -> str:
    return "awake" if hold.get("action") == "wake" else "asleep"
