"""An alarm and a shelf, each in a line for people; times are the site's."""

import time

from services.cli.latches import Row
from services.shared.site_time import Clock
from services.shared.spans import span


def shelved_told(row: Row, when: Clock) -> str:
    """An alarm that is put aside, or a shelf of its own."""
    if "pattern" not in row:
        return alarm_told(row, when)
    hides = f"hides {row['hides']} of the open alarms" if row["hides"] else "hides no open alarm now"
    return f"{row['pattern']}  {hides}, shelved by {row['by']} until {when(row['until_at'])}"


def alarm_told(alarm: Row, when: Clock) -> str:
    """State, age, who has seen it, priority, cause."""
    over, calls = not alarm["active"], alarm["escalated"]
    age = f"over since {when(alarm['ended_at'])}" if over else f"for {span(max(time.time() - alarm['since_at'], 0.0))}"
    state = _state_told(alarm, when) + (f", escalated {'once' if calls == 1 else f'{calls} times'}" if calls else "")
    since = f"since {when(alarm['since_at'])} ({age})"
    return f"{alarm['key']}  {alarm['kind']}, to do with {alarm['priority']} priority, {state}, {since}: {alarm['cause']}"


def _state_told(alarm: Row, when: Clock) -> str:
    match alarm["state"]:
        case "shelved":
            return f"shelved by {alarm['shelved_by']}{_until(alarm['shelved_until_at'], when)}"
        case "acknowledged":
            return f"acknowledged by {alarm['acknowledged_by']}{_until(alarm['acknowledged_until_at'], when)}"
        case _:
            return "not acknowledged"


def _until(at: float | None, when: Clock) -> str:
    return "" if at is None else f" until {when(at)}"
