"""What the keys of how people are told must be to each other, and what of them is hardly meant."""

import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from services.shared.catalogue import CATALOGUE
from services.shared.settings.places import before, wrong
from services.shared.settings.problems import Problem
from services.shared.settings.tree import Settings
from services.shared.vocabulary import AlarmKind

_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
"""A bot's, as Telegram gives it (https://core.telegram.org/bots/api#authorizing-your-bot)."""


def person_problems(settings: Settings) -> Iterator[Problem]:
    """Each Telegram user once. Of a number the last digits are shown."""
    users: dict[str, str] = {}
    for name, person in settings.persons.items():
        label = f"PERSON {name}"
        if person.telegram and users.setdefault(person.telegram, name) != name:
            allowed = f"another number than that of [PERSON {users[person.telegram]}]"
            yield wrong(settings, label, "telegram", f"...{person.telegram[-4:]}", allowed)


def annunciator_problems(settings: Settings) -> Iterator[Problem]:
    """A board that is there, and a relay on which no fan hangs."""
    ours, fans, boards = settings.annunciator, settings.fans, len(settings.apis.fan_relay_ip)
    if not ours.board:
        return
    if ours.board not in [f"relay-{number}" for number in range(1, boards + 1)]:
        there = "relay-1" if boards == 1 else f"relay-1 to relay-{boards}"
        allowed = there if boards else "a board that [APIS] fan_relay_ip names; it names none"
        yield wrong(settings, "ANNUNCIATOR", "board", ours.board, allowed)
    channels = fans.channels or tuple(f"relay-1/{number}" for number in range(1, fans.count + 1))
    for number, channel in enumerate(channels, 1):
        if channel == f"{ours.board}/{ours.relay}":
            yield wrong(settings, "ANNUNCIATOR", "relay", ours.relay, f"a relay that no fan uses; fan {number} is on {channel}")


def telling_warnings(settings: Settings) -> Iterator[str]:
    """What stops nothing: people who cannot be told or cannot answer, alarms that there are none of, files that are not there."""
    told = settings.notifications
    users = told.telegram_users or tuple(person.telegram for person in settings.persons.values() if person.telegram)
    if told.telegram_token.get_secret_value() and told.telegram_chat_id and not users:
        yield "[NOTIFICATIONS] telegram_users is empty: nobody can acknowledge in the chat"
    for name, person in settings.persons.items():
        if not (person.telegram or person.email or person.phone):
            yield f"[PERSON {name}] has no way to be told: telegram, email and phone are empty"
    yield from _alarm_warnings(settings)
    yield from _way_warnings(settings)
    if "@" in urlsplit(settings.watch.url).netloc:
        yield f"{before(settings, 'WATCH', 'url')}[WATCH] url holds a user or password: the page's /health asks for none"
    if settings.watch.ca_file and not Path(settings.watch.ca_file).is_file():
        yield f"[WATCH] ca_file: there is no file {settings.watch.ca_file}"


def _way_warnings(settings: Settings) -> Iterator[str]:
    """The simulated site has a token of its own, and makes its certificate when it starts."""
    told, section = settings.notifications, "NOTIFICATIONS"
    token = told.telegram_token.get_secret_value()
    if settings.general.demo:
        return
    if token and not _TOKEN.fullmatch(token):
        place = before(settings, section, "telegram_token")
        yield f"{place}[{section}] telegram_token is hardly one: that is the bot's number, a colon and letters"
    if told.email_ca_file and not Path(told.email_ca_file).is_file():
        place = before(settings, section, "email_ca_file")
        yield f"{place}[{section}] email_ca_file: there is no file {told.email_ca_file}"


def _alarm_warnings(settings: Settings) -> Iterator[str]:
    for key, choice in settings.alarms.items():
        places = [settings.origins.get(f"ALARM {key}.{name}", "default") for name in type(choice).model_fields]
        where = next((f"{place}: " for place in places if place != "default"), "")
        if not where:
            yield f"[ALARM {key}] changes nothing: it has no key"
        meant = [row for row in CATALOGUE if _meet(key, row.key)]
        urgent = next((row.key for row in meant if row.kind is AlarmKind.EMERGENCY), None)
        if choice.on_delay_seconds and urgent:
            yield f"{where}[ALARM {key}] on_delay_seconds: the emergency {urgent} is told {choice.on_delay_seconds:g} s later too"
        if not meant:
            near = difflib.get_close_matches(key, [row.key for row in CATALOGUE], 1, cutoff=0.5)
            yield f"{where}[ALARM {key}] is no alarm of ours" + (f"; did you mean {near[0]}?" if near else "")


def _meet(one: str, other: str) -> bool:
    """Whether a key or pattern can mean what another does."""
    if one.endswith("*") and other.endswith("*"):
        return one[:-1].startswith(other[:-1]) or other.startswith(one[:-1])
    if one.endswith("*"):
        return other.startswith(one[:-1])
    return one == other or (other.endswith("*") and one.startswith(other[:-1]))
