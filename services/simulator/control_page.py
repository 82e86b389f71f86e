"""A page to flip the utility's signal by hand: plain forms, no scripts."""

from collections.abc import Mapping
from html import escape
from typing import Any

from services.shared.vocabulary import Level

_LEVELS = [level.value for level in Level if level is not Level.UNKNOWN]
_SPEEDS = (1, 10, 60)

_BESIDE = (
    ("target_kw", "Drop to, kW"), ("drop_kw", "Drop by, kW"), ("from", "From"), ("until", "Until"), ("event", "Event"),
)  # fmt: skip
_PLAN = """<form method="post" action="/signal"><input type="hidden" name="level" value="control">
<label>At most <input name="target_kw" type="number" min="0" step="any" value="400"> kW</label>
<label>in <input name="in_minutes" type="number" min="0" step="any" value="1"></label>
<label>for <input name="for_minutes" type="number" min="0.1" step="any" value="5"> minutes</label>
<button>plan it</button></form>"""

_STYLE = """:root{color-scheme:light dark}
body{font:16px system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}
button{font:inherit;padding:.5rem 1rem;margin:.2rem;cursor:pointer}button[disabled]{font-weight:bold;outline:2px solid}
th{text-align:left;padding-right:1.5rem;font-weight:normal;opacity:.75}input{font:inherit;width:5rem}"""


def render(site: Mapping[str, Any]) -> str:
    """The page for what `GET /state` tells. It shows itself anew every five seconds."""
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="5">
<title>The simulated site</title><style>{_STYLE}</style>
<h1>The simulated site</h1>
<h2>What the utility asks for</h2>{_signal(site["signal"])}
<h2>What the plant does</h2><table>{_rows(site)}</table>
<h2>Speed, weather, smoke</h2>{_speed(site["speed"])}
<form method="post" action="/outside"><label>Outside <input name="celsius" type="number" min="-50" max="60" step="any"
 value="{site["temperatures_c"]["outside"]}"> °C</label> <button>Set</button></form>{_smoke(site["switches"]["smoke"])}
<p><a href="/state">state</a> · <a href="/ports">ports</a> · <a href="/sinks">messages people would have got</a></p></html>"""


def _signal(signal: Mapping[str, Any]) -> str:
    buttons = "".join(_button("level", level, level, now=level == signal["level"]) for level in _LEVELS)
    told = [(words, signal[name]) for name, words in _BESIDE if signal[name] not in (None, "")]
    said = "".join(f"<tr><th>{words}</th><td>{escape(str(value))}</td></tr>" for words, value in told)
    return f'<form method="post" action="/signal">{buttons}</form><table>{said}</table>{_PLAN}'


def _speed(speed: float) -> str:
    buttons = "".join(_button("speed", str(one), f"{one} × life", now=one == speed) for one in _SPEEDS)
    return f'<form method="post" action="/speed">{buttons}</form>'


def _smoke(smoke: str) -> str:
    closed = smoke == "closed"
    hidden = '<input type="hidden" name="name" value="smoke">'
    button = _button("closed", "false" if closed else "true", "end the smoke" if closed else "smoke!", now=False)
    return f'<form method="post" action="/switch">{hidden}{button}</form>'


def _button(name: str, value: str, text: str, *, now: bool) -> str:
    return f'<button name="{name}" value="{escape(value)}"{" disabled" if now else ""}>{escape(text)}</button>'


def _rows(site: Mapping[str, Any]) -> str:
    temperatures = ", ".join(f"{name} {celsius:.1f} °C" for name, celsius in site["temperatures_c"].items())
    rows = {
        "Whole site": f"{site['site_watts'] / 1000:.0f} kW",
        "Miners": ", ".join(f"{count} {name}" for name, count in site["miners"].items()),
        "Outlets open": str(sum(site["outlets_open"].values())),
        "Fans with power": f"{sum(fan['powered'] for fan in site['fans'])} of {len(site['fans'])}",
        "Air": temperatures,
        "Annunciator": {True: "calls", False: "silent", None: "none"}[site["annunciator"]],
        "Faults in force": ", ".join(site["faults"]) or "none",
    }
    return "".join(f"<tr><th>{name}</th><td>{escape(text)}</td></tr>" for name, text in rows.items())
