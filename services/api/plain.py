"""The page without scripts: for old browsers, text browsers, and the day when everything else is broken."""

from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape

from services.api.dashboard import Dashboard


def page(feed: Dashboard) -> str:
    """The page as HTML. It asks for itself again every 10 seconds."""
    head = feed.headline
    parts = [
        f"<h1>{escape(head.sentence)}</h1>",
        f"<p>{escape(_times(feed))}</p>",
        _list("Why", head.why),
        _list("The load", _load(feed)),
        _table("Temperatures", ("sensor", "value", "age"), _sensors(feed)),
        _table(
            "Fans", ("fan", "commanded", "running", "proven"), ((f.number, f.commanded, f.running, f.proven) for f in feed.fans)
        ),
        _alarms(feed),
        _table("Services", ("service", "state"), ((s.name, s.state) for s in feed.services)),
        f"<p>{escape(feed.site)}, version {escape(feed.version)}. Records: {escape(feed.history.reason or 'stored')}.</p>",
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="10">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>'
        f"{escape(feed.site)}: {escape(head.sentence)}</title>"
        '<link rel="icon" href="/favicon.svg" type="image/svg+xml"><link rel="stylesheet" href="/plain.css">'
        f"</head><body>{''.join(parts)}</body></html>"
    )


def _times(feed: Dashboard) -> str:
    moment = datetime.fromtimestamp(feed.time, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    doubt = "" if feed.clock_trusted else " (the clock is not trusted)"
    spoke = (
        "the controller has not spoken" if feed.state_age_s is None else f"the controller spoke {feed.state_age_s:.0f} s before"
    )
    return f"Data of {moment}{doubt}; {spoke}."


def _load(feed: Dashboard) -> Iterable[str]:
    load = feed.load
    yield f"measured: {_number(None if load.stale else load.measured_kw, 'kW')}"
    yield f"target: {_number(load.target_kw, 'kW')}"
    yield f"not confirmed: {_number(load.unknown_kw, 'kW')}"
    if not feed.state_stale:
        yield f"limited by: {feed.limited_by}"


def _sensors(feed: Dashboard) -> Iterable[tuple[object, ...]]:
    for tile in feed.sensors:
        if tile.unit in ("Cel", "%RH"):
            value = "unknown" if tile.stale else _number(tile.value, "°C" if tile.unit == "Cel" else "%")
            yield tile.label or tile.name, value, _number(tile.age_s, "s")


def _alarms(feed: Dashboard) -> str:
    if not feed.alarms.known:
        return "<h2>Alarms</h2><p>unknown: the notifier is silent</p>"
    return _list("Alarms", (f"{a.kind}: {a.cause} {a.action}" for a in feed.alarms.alarms), "none")


def _number(value: float | None, unit: str) -> str:
    return "unknown" if value is None else f"{value:.1f} {unit}"


def _list(title: str, lines: Iterable[str], empty: str = "nothing is known") -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<h2>{title}</h2><ul>{items or f'<li>{empty}</li>'}</ul>"


def _table(title: str, names: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    head = "".join(f"<th>{name}</th>" for name in names)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f'<h2>{title}</h2><div class="scroll"><table><tr>{head}</tr>{body}</table></div>'
        if body
        else f"<h2>{title}</h2><p>nothing is known</p>"
    )
