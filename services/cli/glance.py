"""The page's feed as lines for a terminal. What does not apply is left out; what matters and is not known says so."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from services.api.unread import is_unread
from services.cli import local_time
from services.cli.by_people import by_people
from services.cli.load_line import least, lower, released
from services.cli.saying import sentences
from services.shared.settings import counted
from services.shared.settings.missing import NO_SENSORS
from services.shared.site_time import Clock
from services.shared.spans import span

Feed = dict[str, Any]
_WIDTH = 13
_SAID_EACH_S = 7.0  # the controller speaks at least every 5 s


def glance(feed: Feed) -> Iterator[str]:
    """The answer first, then what it rests on."""
    when, head = local_time.clock(feed["timezone"]), feed["headline"]
    yield head["sentence"].upper() if head["tone"] == "bad" else head["sentence"]
    yield from (f"  because {why}" for why in head["why"])
    yield ""
    yield from _rows("Mode", _mode(feed, when))
    yield from _rows("Load", [_load(feed)])
    yield from _rows("Signals", (_signal(one, when) for one in feed["signals"]))
    yield from _rows("Temperature", _temperatures(feed))
    yield from _rows("Fans", _fans(feed))
    yield from _rows("Contacts", (f"{one['label'] or one['name']}: {one['role']}" for one in feed["switches"] if one["active"]))
    yield from _rows("Held", _held(feed, when))
    yield from _rows("Alarms", _alarms(feed))
    yield from _rows("Services", _services(feed))
    yield from _rows("Not well", _not_well(one for one in feed["devices"] if one["state"] not in ("ok", "starting")))
    yield from _rows("Never drilled", _never_drilled(feed))
    yield from _rows("Would do", _cut(feed["would_do"], 5))
    yield from _rows("To do", head["todo"])
    yield from _rows("Missing", _cut(feed["missing"], 5))
    yield from _rows("Records", [f"NOT STORED: {feed['history']['reason']}"] if not feed["history"]["ok"] else [])
    clock = "" if feed["clock_trusted"] else ", a clock that is not trusted"
    yield from _rows("As of", [f"{when(feed['time'])}{clock}"])


def _rows(title: str, lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f"{title if number == 0 else '':<{_WIDTH}} {line}"


def _mode(feed: Feed, when: Clock) -> Iterator[str]:
    if feed["state_stale"] or feed["mode"] is None:
        age = feed["state_age_s"]
        yield "unknown: the controller " + ("has not spoken" if age is None else f"spoke {span(age)} ago")
        return
    since = feed["since_at"]
    long = f", for {span(max(0.0, feed['time'] - since))}" if since is not None else ""
    forced = "".join(f", {word}" for word in by_people(feed))
    limited = f"; limited by {feed['limited_by']}" if feed["limited_by"] not in (None, "", "nothing") else ""
    said_s = feed["state_age_s"] or 0.0
    old = f"; as said {span(said_s)} ago" if said_s > _SAID_EACH_S else ""
    yield f"{feed['mode']} since {when(since)}{long}; control {feed['control']}{forced}{limited}{old}"


def _load(feed: Feed) -> str:
    load = feed["load"]
    if not feed["state_stale"] and load["nominal_kw"] == 0 and load["measured_kw"] is None:
        return "none is set up"
    measured = "not measured" if load["stale"] or load["measured_kw"] is None else f"{load['measured_kw']:.1f} kW on"
    age = "" if load["stale"] or load["age_s"] is None else f" (measured {span(load['age_s'])} ago)"
    parts = [measured + age]
    if not feed["state_stale"] and load["target_kw"] is not None:
        limit_kw = least(feed, load["target_kw"])
        parts.append(f"may be {released(load)} of {load['nominal_kw']:.0f} kW{lower(feed, limit_kw)}")
        parts.append(f"{load['unknown_kw']:.1f} kW NOT CONFIRMED" if load["unknown_kw"] else "nothing unconfirmed")
    return ", ".join(parts)


def _signal(one: Feed, when: Clock) -> str:
    parts = [f"{one['name']}: {one['effective']}"]
    if one["level"] != one["effective"]:
        parts.append(f"says {one['level']}")
    if one["target_kw"] is not None:
        parts.append(f"at most {one['target_kw']:.0f} kW")
    if one["event_id"]:
        parts.append(f"event {one['event_id']}")
    if one["from_at"] is not None:
        parts.append(f"from {when(one['from_at'])}")
    if one["until_at"] is not None:
        parts.append(f"until {when(one['until_at'])}")
    parts.append("never heard" if one["age_s"] is None else f"heard {span(one['age_s'])} ago")
    return ", ".join(parts) + (f" ({one['reason']})" if one["reason"] else "")


def _temperatures(feed: Feed) -> Iterator[str]:
    limits = feed["temperature"]
    if limits["max_c"] is None and any(line.startswith(NO_SENSORS) for line in feed["missing"]):
        yield "no sensor is set up"
        return
    hottest = "unknown" if limits["max_c"] is None else f"{limits['max_c']:.1f} °C"
    yield f"hottest intake {hottest} (alarm {limits['warn_c']:g}, shed {limits['shed_c']:g}, trip {limits['emergency_c']:g})"
    for one in (tile for tile in feed["sensors"] if tile["unit"] in ("Cel", "%RH")):
        unit = "°C" if one["unit"] == "Cel" else "%"
        known = one["value"] is not None and not one["stale"]
        value = f"{one['value']:.1f} {unit}" if known else "unknown"
        age = "never measured" if one["age_s"] is None else f"{span(one['age_s'])} ago"
        yield f"{one['label'] or one['name']}: {value}, {age}{', FORCED' if one['forced'] else ''}"


def _fans(feed: Feed) -> Iterator[str]:
    fans = feed["fans"]
    if not fans:
        return
    if feed["state_stale"]:
        yield f"unknown: {len(fans)} of them"
        return
    running = sum(one["running"] == "on" for one in fans)
    proven = sum(one["running"] == "on" and one["proven"] == "proven" for one in fans)
    yield f"{running} of {len(fans)} run, {proven} proven by their watts"
    for one in fans:
        if one["locked_out"] or one["proven"] == "disproved" or one["running"] == "unknown":
            state = (
                "locked out" if one["locked_out"] else f"commanded {one['commanded']}, running {one['running']}, {one['proven']}"
            )
            yield f"fan {one['number']}: {state}" + (f" ({one['reason']})" if one["reason"] else "")


def _held(feed: Feed, when: Clock) -> Iterator[str]:
    yield from (f"TRIPPED {one['key']} since {when(one['since_at'])}: {one['reason']}" for one in feed["trips"])
    yield from (f"locked out {one['target']} by {one['owner']}" for one in feed["lockouts"])
    for one in feed["leases"]:
        yield f"lease {one['id']} ({one['kind']}) by {one['owner']} until {when(one['until_at'])}"


def _alarms(feed: Feed) -> Iterator[str]:
    if not feed["alarms"]["known"]:
        yield "unknown: the notifier is silent"
        return
    alarms = [one for one in feed["alarms"]["alarms"] if one["active"]]
    if not alarms:
        yield "none"
    for one in alarms:
        age = span(max(0.0, feed["time"] - one["since_at"]))
        seen = f"seen by {one['acknowledged_by']}" if one["acknowledged_by"] else "NOT SEEN BY ANYBODY"
        yield f"{one['kind'].capitalize()} {one['key']}, {age}, {seen}: {sentences(one['cause'], one['action'])}"


def _services(feed: Feed) -> Iterator[str]:
    away = [f"{one['name']} {one['state']}" for one in feed["services"] if one["state"] != "online"]
    if not feed["broker_connected"]:
        away.insert(0, "THE BROKER CANNOT BE REACHED")
    yield ", ".join(away) if away else "all online"


def _not_well(devices: Iterable[Feed]) -> Iterator[str]:
    """A line for each; one for all that are not read because their owner is silent."""
    unread: Counter[str] = Counter()
    for one in devices:
        if is_unread(one["reason"]):
            unread[one["reason"]] += 1
        else:
            yield _device(one)
    yield from (f"{counted(many, 'device')} {reason}" for reason, many in unread.items())


def _device(one: Feed) -> str:
    age = "never answered" if one["age_s"] is None else f"answered {span(one['age_s'])} ago"
    return f"{one['name']} ({one['kind']}): {one['state']}, {age}" + (f": {one['reason']}" if one["reason"] else "")


def _never_drilled(feed: Feed) -> Iterator[str]:
    never = [one["device"] for one in feed["drills"] if one["at"] is None]
    if never and not feed["state_stale"]:
        yield ", ".join(never)


def _cut(lines: list[str], most: int) -> Iterator[str]:
    yield from lines[:most]
    if len(lines) > most:
        yield f"and {len(lines) - most} more (`mine status --json`)"
