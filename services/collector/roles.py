"""What a sensor or a switch means at this site, by its name `device/quantity` in [TEMPERATURE]."""

from services.shared.settings.sections import Temperature
from services.shared.vocabulary import SensorRole, SwitchRole

DEFAULT_ZONE = "main"


def role_and_zone(temperature: Temperature, sensor: str) -> tuple[SensorRole, str]:
    """Role and zone of the temperature sensor `device/quantity`; unnamed or misspelt counts as intake, in zone main."""
    role = _value_of(temperature.roles, sensor).lower()
    zone = _value_of(temperature.zones, sensor) or DEFAULT_ZONE
    return (SensorRole(role) if role in set(SensorRole) else SensorRole.INTAKE), zone


def switch_role(temperature: Temperature, switch: str) -> tuple[SwitchRole, bool]:
    """What the dry contact `device/quantity` means, and whether it is reversed (a trailing `!`: open means active)."""
    text = _value_of(temperature.switches, switch).lower()
    role = text.rstrip("! ")
    return (SwitchRole(role) if role in set(SwitchRole) else SwitchRole.OTHER), text.endswith("!")


def _value_of(pairs: tuple[tuple[str, str], ...], name: str) -> str:
    """The last value given to a name, without regard to case, as the operator's file is read."""
    return next((value.strip() for key, value in reversed(pairs) if key.strip().lower() == name.lower()), "")
