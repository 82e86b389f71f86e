"""The page on the worst day, where no script runs: the state, in the built page itself, and a form that stops the site."""

from functools import lru_cache
from html import escape
from pathlib import Path

from services.api import plain
from services.api.dashboard import Dashboard

MARK = "<!--state-->"
"""Where the built page has room for the state, until its scripts draw it."""
INSTEAD = 'If the site must stop: open its breakers, or type "mine stop" on its computer.'
AFTER = "Whether the load is off is on the page; it stays off until a person resets the trip."


def page(feed: Dashboard, built: Path, form: str) -> str:
    """The built page with the state in it; the plain page where it is not built."""
    if not built.is_file():
        return plain.page(feed, form)
    state = f'<div class="without-scripts" role="main">{plain.body(feed, f"<noscript>{form}</noscript>")}</div>'
    return _text(built, built.stat().st_mtime_ns).replace(MARK, state, 1)


def stop_form(*, asks_for_login: bool, csrf: str = "") -> str:
    """The emergency stop as a form. Who is not logged in gives name and password with it."""
    login = (
        '<p><label>Name <input name="name" autocomplete="username" required maxlength="100"></label> '
        '<label>Password <input name="password" type="password" autocomplete="current-password" required maxlength="1000">'
        "</label></p>"
    )
    known = f'<input type="hidden" name="csrf" value="{escape(csrf)}">' if csrf else ""
    slow = ' This page reloads by itself; <a href="/stop">the form alone</a> does not.' if asks_for_login else ""
    return (
        '<h2>Emergency stop</h2><form method="post" action="/stop">'
        f"<p>Takes the whole site off the grid at once. It stays off until a person resets the trip.{slow}</p>"
        f'{login if asks_for_login else known}<p><label>Reason <input name="reason" maxlength="500"></label></p>'
        '<p><button class="stop-site">Stop the whole site</button></p></form>'
    )


def answered(title: str, words: str, back: str) -> str:
    """What came of a form, in words; to be sent with `again(back)` of the plain page."""
    parts = (f"<h1>{escape(title)}</h1>", f"<p>{escape(words)}</p>", f'<p><a href="{back}">Go on</a></p>')
    return plain.document(title, parts)


@lru_cache(maxsize=2)
def _text(path: Path, _changed_ns: int) -> str:
    return path.read_text("utf-8")
