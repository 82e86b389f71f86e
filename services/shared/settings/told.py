"""Every key as people and programs may see it: its value, where that comes from, secrets masked."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.shared.settings import sections as s
from services.shared.settings.keys import masked
from services.shared.settings.tree import Settings


@dataclass(frozen=True, slots=True)
class ToldKey:
    """One key. `section` is its label in the file; `is_changed` when it differs from the default, wherever it was set."""

    section: str
    key: str
    value: str
    origin: str
    is_changed: bool


def told(settings: Settings) -> Iterator[ToldKey]:
    """Every key of every section, in the order of the example."""
    for label, section in parts(settings):
        for name, field in type(section).model_fields.items():
            is_changed = getattr(section, name) != field.default
            origin = settings.origins.get(f"{label}.{name}", "default")
            yield ToldKey(label, name, masked(section, name), origin, is_changed)


def parts(settings: Settings) -> Iterator[tuple[str, s.Section]]:
    """Every section there is, with its label."""
    named = {
        s.SignalSource: settings.signals, s.MqttSensor: settings.mqtt_sensors, s.HttpLoads: settings.http_loads,
        s.Feeder: settings.feeders, s.Schedule: settings.schedules,
        s.Person: settings.persons, s.AlarmChoice: settings.alarms,
    }  # fmt: skip
    for kind in s.ALL:
        if kind in named:
            yield from ((f"{kind.TITLE} {name}", section) for name, section in named[kind].items())
        else:
            yield kind.TITLE, getattr(settings, kind.TITLE.lower())
