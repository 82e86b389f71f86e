"""`python -m tests.end_to_end.gallery_feeds`: writes the fixed data of the gallery, which is that of the page's tests.

A state holds what differs from the curtailed one, of its feed and of the answers by their path: of an object the keys that
differ, of a list as long as the other one its places, "*" for all of them.
"""

import json
from pathlib import Path
from typing import Any

from services.api.dashboard import Dashboard
from tests.end_to_end import page_feed, page_past
from tests.end_to_end.gallery_states import STATES

FILE = Path(__file__).parents[2] / "frontend" / "src" / "gallery" / "feeds.json"
BASE = "curtailed"
RUNS_ON = ("normal", "stale", "silent", "observe")  # where nothing was taken off
WENT_WRONG = ("unproven", "trouble")
NOBODY = {"name": "viewer", "role": "viewer", "how": "free view", "csrf": None, "until_at": None}


def text() -> str:
    """The file, a line for each state."""
    base_feed, base_answers = _feed(BASE), _answers(BASE)
    states = {
        name: {"title": title, "feed": _other(_feed(name), base_feed), "answers": _other(_answers(name), base_answers)}
        for name, (title, _) in STATES.items()
    }
    states[BASE] |= {"feed": base_feed, "answers": base_answers}
    lines = [f"{json.dumps(name)}:{_json(state)}" for name, state in states.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _feed(name: str) -> dict[str, Any]:
    return STATES[name][1]().model_dump(mode="json")


def _answers(name: str) -> dict[str, Any]:
    feed: Dashboard = STATES[name][1]()
    return {
        "/api/v1/series/several": json.loads(page_past.series(feed, [one.name for one in feed.sensors])),
        "/api/v1/sensors": page_past.sensors(feed).model_dump(mode="json"),
        "/api/v1/alarms/history": {"alarms": [], "next_after": 0, "next_before": None},
        "/api/v1/loads": page_past.loads(feed),
        "/api/v1/cost": page_past.cost().model_dump(mode="json"),
        "/api/v1/me": NOBODY,
    } | _records(feed, went_off=name not in RUNS_ON, went_wrong=name in WENT_WRONG)


def _records(feed: Dashboard, *, went_off: bool, went_wrong: bool) -> dict[str, Any]:
    """What is on record of the last hour and day; without the curtailment that runs, where none does."""
    load, commands, told = page_past.load(), page_feed.commands(), page_past.page_of([], None, None)
    list_of = page_past.curtailments()
    if not went_off:
        steady = {"kw": feed.load.measured_kw or 978.0, "lowest_kw": 978.0, "highest_kw": 978.0, "target_kw": 985.0}
        load = load.model_copy(update={"buckets": tuple(one.model_copy(update=steady) for one in load.buckets)})
        list_of = list_of.model_copy(update={"curtailments": list_of.curtailments[1:]})
        told = told | {"events": told["events"][:-1]}
    if not went_wrong:
        commands = commands.model_copy(update={"rows": tuple(row for row in commands.rows if not row.failed + row.expired)})
    answers = {"/api/v1/series/load": load, "/api/v1/curtailments": list_of, "/api/commands": commands}
    return {path: answer.model_dump(mode="json") for path, answer in answers.items()} | {"/api/v1/events": told}


def _other(value: Any, base: Any) -> Any:
    if isinstance(value, dict) and isinstance(base, dict):
        return {key: _other(one, base.get(key)) for key, one in value.items() if key not in base or one != base[key]}
    if isinstance(value, list) and isinstance(base, list) and len(value) == len(base):
        places = {str(place): _other(one, base[place]) for place, one in enumerate(value) if one != base[place]}
        alike = len(places) == len(value) and len({_json(one) for one in places.values()}) == 1
        return {"*": places["0"]} if alike else places
    return value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
