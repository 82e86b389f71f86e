"""Who may ask for less power, from the operator's settings as the core wants it: signals, dry contacts, and schedules."""

from services.controller.core.plant import Schedule, Source
from services.shared.messages import level_of_topic
from services.shared.settings.sections import Schedule as Section
from services.shared.settings.tree import WEEKDAYS, Settings
from services.shared.vocabulary import SwitchRole


def sources_of(settings: Settings) -> tuple[Source, ...]:
    """Every power signal, then every dry contact of the utility."""
    signals = tuple(
        Source(name, one.heartbeat_minutes * 60, one.on_loss or settings.power.signal_on_loss)
        for name, one in settings.signals.items()
    )
    return signals + tuple(_contact(switch, settings) for switch in _utility_switches(settings))


def _contact(switch: str, settings: Settings) -> Source:
    """A contact is named after its switch, `roomalert-1_switch-1`, which is a level of a topic."""
    name = level_of_topic(switch)
    power = settings.power
    return Source(
        name if name not in settings.signals else f"contact-{name}",
        power.contact_lost_minutes * 60,
        power.signal_on_loss,
        contact=switch,
    )


def _utility_switches(settings: Settings) -> tuple[str, ...]:
    """Names as the senses deliver them, `device/quantity` in lower case."""
    switches = {switch.lower(): role.lower().rstrip("! ") for switch, role in settings.temperature.switches}
    return tuple(switch for switch, role in switches.items() if role == SwitchRole.UTILITY)


def schedules_of(settings: Settings) -> tuple[Schedule, ...]:
    """Every schedule, its days as weekdays (Monday is 0) and its times as minutes of the day."""
    return tuple(_schedule(name, section) for name, section in settings.schedules.items())


def _schedule(name: str, section: Section) -> Schedule:
    days = frozenset(WEEKDAYS.index(day.lower()) for day in section.days)
    return Schedule(name, days, _minute(section.begins), _minute(section.ends), section.kw)


def _minute(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)
