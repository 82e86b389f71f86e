"""Who is told: the addresses of [NOTIFICATIONS], whoever is on call now, and who is next when nobody acknowledges."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from services.notifier.routing import EMAIL, SMS, TELEGRAM, channels_for, channels_of_alarm
from services.notifier.rules import Rules
from services.shared.clock import Moment
from services.shared.on_call import OnCall, parse_on_call
from services.shared.settings import sections as s
from services.shared.settings.tree import Settings
from services.shared.settings.types import is_placeholder
from services.shared.vocabulary import AlarmKind

Ways = Mapping[str, tuple[str, ...]]
"""Addresses by channel."""


@dataclass(frozen=True, slots=True)
class Someone:
    """A person of the file. `ways` are the person's addresses by channel, as far as the channel is set up."""

    name: str
    order: int
    on_call: OnCall
    ways: Mapping[str, str]

    def is_on_call(self, now: Moment, zone: ZoneInfo) -> bool:
        """By the site's own clock; one that is not trusted says nothing, and then everybody is who is ever on call."""
        if self.on_call.never or not now.wall_trusted:
            return not self.on_call.never
        return self.on_call.holds(datetime.fromtimestamp(now.wall_s, zone))


class People:
    """`own` are the addresses that each channel that is set up has by itself, by the channel's name."""

    def __init__(self, settings: Settings, own: Mapping[str, tuple[str, ...]] | None = None, rules: Rules | None = None) -> None:
        self._own = dict(own or {})
        self._rules = rules or Rules(settings.alarms)
        self._zone = ZoneInfo(settings.general.timezone)
        self._by_mail = settings.notifications.heartbeat_email
        known = _known(settings.notifications)
        everybody = [_someone(name, person, self._own, known) for name, person in settings.persons.items()]
        self._persons = sorted(everybody, key=lambda one: (one.order, one.name))

    @property
    def own(self) -> Mapping[str, tuple[str, ...]]:
        """The channels that are set up, each with its own addresses."""
        return self._own

    def channels(self, kind: AlarmKind, key: str) -> tuple[str, ...]:
        """The ways of an alarm."""
        return channels_of_alarm(kind, key, self._rules.of(key).channels, self._own)

    def ways(self, kind: AlarmKind, keys: Collection[str], now: Moment) -> dict[str, tuple[str, ...]]:
        """Who is told of these alarms, or of something that is no alarm: each channel's own addresses and those on call."""
        by_key = [self.channels(kind, key) for key in keys] or [channels_for(kind, self._own, heartbeat_email=self._by_mail)]
        return self.at(tuple(dict.fromkeys(name for names in by_key for name in names)), now, urgent=kind is AlarmKind.EMERGENCY)

    def at(self, channels: Collection[str], now: Moment, *, urgent: bool = False) -> dict[str, tuple[str, ...]]:
        """Who is told by these channels now. What is `urgent`, and would be told to nobody, is told to everybody."""
        on_call = [one for one in self._persons if one.is_on_call(now, self._zone)]
        ways = {name: _distinct((*self._own[name], *_addresses(on_call, name))) for name in channels}
        if urgent and not any(ways.values()):
            return {name: _distinct(_addresses(self._persons, name)) for name in channels}
        return ways

    def at_all(self, channel: str) -> dict[str, str]:
        """The persons' addresses of a channel, on call or not, each with the person's name."""
        return {one.ways[channel]: one.name for one in self._persons if channel in one.ways}

    def next_person(self, told: Mapping[str, Collection[str]]) -> Someone | None:
        """The first, by order, who has a way by which nobody was told yet, on call or not. None: everybody was told."""
        for one in self._persons:
            if any(address not in told.get(channel, ()) for channel, address in one.ways.items()):
                return one
        return None


def _someone(name: str, person: s.Person, own: Collection[str], known: Mapping[str, Collection[str]]) -> Someone:
    addresses = {TELEGRAM: person.telegram.strip(), EMAIL: person.email.strip(), SMS: person.phone.strip()}
    ways = {
        channel: address
        for channel, address in addresses.items()
        if channel in own and address and not is_placeholder(address) and address.lower() not in known[channel]
    }
    return Someone(name, person.order, _hours(person.on_call), ways)


def _hours(text: str) -> OnCall:
    """What the check of the file refuses, and which came here all the same, must leave nobody out."""
    try:
        return parse_on_call(text)
    except ValueError:
        return OnCall(always=True)


def _known(told: s.Notifications) -> dict[str, set[str]]:
    """The addresses that are told anyway: a person who has one of them is not told twice."""
    mails = {address.lower() for address in told.email_recipients}
    return {TELEGRAM: {told.telegram_chat_id.strip()}, EMAIL: mails, SMS: set(told.sms_phone)}


def together(ways: Ways, more: Ways) -> Ways:
    """These addresses and those, each once."""
    return {name: _distinct((*ways.get(name, ()), *more.get(name, ()))) for name in {**ways, **more}}


def _addresses(persons: Iterable[Someone], channel: str) -> list[str]:
    return [one.ways[channel] for one in persons if channel in one.ways]


def _distinct(addresses: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(addresses))
