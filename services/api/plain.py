"""The page without scripts: for old browsers, text browsers, and the day when everything else is broken."""

from collections.abc import Iterable
from functools import partial
from html import escape

from services.api.dashboard import Dashboard
from services.api.plain_plant import number, tables
from services.api.tile_views import FanTile
from services.shared.messages import OpenAlarm
from services.shared.site_time import Clock, SiteTime
from services.shared.spans import span
from services.shared.vocabulary import FanState, PowerState, Proof

_AGAIN_S = 30


def page(feed: Dashboard, form: str) -> str:
    """The page as HTML, with the form of the emergency stop; to be sent with `again`."""
    return document(f"{feed.site}: {feed.headline.sentence}", (body(feed, form),))


def again(then: str = "") -> dict[str, str]:
    """The header by which a page without scripts is asked for again every 30 seconds, or the page `then` instead of it."""
    return {"Refresh": f"{_AGAIN_S}; url={then}" if then else f"{_AGAIN_S}"}


def body(feed: Dashboard, form: str = "") -> str:
    """The state, why, what is to be done, the `form` of the emergency stop right under them; then the plant, alarms, services."""
    head = feed.headline
    parts = [
        f"<h1>{escape(head.sentence)}</h1>",
        f"<p><b>Safe: {_yes_no(head.safe)}. Curtailed: {_yes_no(head.curtailed)}.</b></p>",
        f"<p>{escape(_times(feed))}</p>",
        _list("To do", head.todo) if head.todo else "",
        _list("Why", head.why),
        form,
        _list("The load", _load(feed)),
        *(table(one.title, one.names, one.rows) for one in tables(feed)),
        table("Temperatures", ("sensor", "value", "age"), _sensors(feed)),
        table(
            "Fans", ("fan", "commanded", "running", "proven"), ((f.number, f.commanded, f.running, _proof(f)) for f in feed.fans)
        ),
        _alarms(feed),
        table("Services", ("service", "state"), ((s.name, s.state) for s in feed.services)),
        f"<p>{escape(feed.site)}, version {escape(feed.version)}. Records: {escape(feed.history.reason or 'stored')}.</p>",
        '<p><a href="/cost">What this costs: memory, processor, bytes written</a></p>',
    ]
    return "".join(parts)


def document(title: str, parts: Iterable[str]) -> str:
    """A whole page without scripts."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        '<link rel="icon" href="/favicon.svg" type="image/svg+xml"><link rel="stylesheet" href="/plain.css">'
        f"</head><body><main>{''.join(parts)}</main></body></html>"
    )


def _yes_no(value: bool | None) -> str:
    return "unknown" if value is None else "yes" if value else "no"


def _times(feed: Dashboard) -> str:
    moment = SiteTime(feed.timezone).exact(feed.time, feed.time)
    doubt = "" if feed.clock_trusted else " (the clock is not trusted)"
    spoke = (
        "the controller has not spoken" if feed.state_age_s is None else f"the controller spoke {feed.state_age_s:.0f} s before"
    )
    return f"Data of {moment}{doubt}; {spoke}."


def _load(feed: Dashboard) -> Iterable[str]:
    load = feed.load
    age = "" if load.stale or load.age_s is None else f", {span(load.age_s)} ago"
    yield f"measured: {number(None if load.stale else load.measured_kw, 'kW')}{age}"
    yield f"target: {number(load.target_kw, 'kW')}"
    yield f"not confirmed: {number(load.unknown_kw, 'kW')}"
    if not feed.state_stale:
        yield f"limited by: {feed.limited_by or 'nothing'}"


def _sensors(feed: Dashboard) -> Iterable[tuple[object, ...]]:
    for tile in feed.sensors:
        if tile.unit in ("Cel", "%RH"):
            value = "unknown" if tile.stale else number(tile.value, "°C" if tile.unit == "Cel" else "%")
            yield tile.label or tile.name, value, number(tile.age_s, "s")


def _proof(fan: FanTile) -> str:
    """Where a fan rests there is no air to prove. One that draws although it is wanted off, as the controller says, does not."""
    if fan.commanded is PowerState.OFF and fan.state is FanState.STOPPING:
        return "stopping"
    is_off = fan.commanded is PowerState.OFF and fan.running is PowerState.OFF
    is_resting = is_off and fan.proven is Proof.UNPROVEN and fan.state is FanState.RESTING
    return "resting" if is_resting else fan.proven


def _alarms(feed: Dashboard) -> str:
    if not feed.alarms.known:
        return "<h2>Alarms</h2><p>unknown: the notifier is silent</p>"
    clock = partial(SiteTime(feed.timezone).clock, now_at=feed.time)
    over = [_over(alarm, clock) for alarm in feed.alarms.alarms if not alarm.active]
    active = _list("Alarms", (_alarm(alarm, clock) for alarm in feed.alarms.alarms if alarm.active), "none")
    return active + (_list("Over", over) if over else "")


def _alarm(alarm: OpenAlarm, clock: Clock) -> str:
    """Without names: this page may be looked at by everybody."""
    calls = f", escalated {alarm.escalated}x" if alarm.escalated else ""
    what = f"to do with {alarm.priority} priority, {alarm.state}{calls}, since {clock(alarm.since_at)}"
    return f"{alarm.kind} ({what}): {alarm.cause} {alarm.action}"


def _over(alarm: OpenAlarm, clock: Clock) -> str:
    return f"{alarm.kind}, from {clock(alarm.since_at)} to {clock(alarm.ended_at)} it was: {alarm.cause}"


def _list(title: str, lines: Iterable[str], empty: str = "nothing is known") -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<h2>{title}</h2><ul>{items or f'<li>{empty}</li>'}</ul>"


def table(title: str, names: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    """A headline and a table; every cell is escaped."""
    head = "".join(f"<th>{name}</th>" for name in names)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f'<h2>{title}</h2><div class="scroll" tabindex="0"><table><tr>{head}</tr>{body}</table></div>'
        if body
        else f"<h2>{title}</h2><p>nothing is known</p>"
    )
