"""How each make of SNMP PDU is switched and read: object identifiers and their words, as data.

Sources: PowerNet-MIB (APC), PDU2-MIB (Raritan), and public PDU controllers for the others. The words written and the words read
are two vocabularies, and on APC's second generation they are opposite: an outlet is closed by writing 1 and reads 2 when it is
closed. Correcting one side alone would turn every outlet round. Sentry4 state words differ between public sources: a drill of
one outlet settles them before the site is armed.
"""

from dataclasses import dataclass

_APC2 = "1.3.6.1.4.1.318.1.1.26"
_APC1 = "1.3.6.1.4.1.318.1.1.12"
_RARITAN = "1.3.6.1.4.1.13742.6"
_SENTRY4 = "1.3.6.1.4.1.1718.4.1.8"
_GEIST = "1.3.6.1.4.1.21239.5.2.3"
_CYBERPOWER = "1.3.6.1.4.1.3808.1.1.3.3.3.1.1"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A measured object: value x `scale`, divided by 10 to the power of what `digits_oid` holds where the device says so."""

    oid: str
    scale: float
    digits_oid: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """One make. `{outlet}` in an identifier is the outlet's `index`; watts are W, device power is kW after its scale.

    `pending_oid` reads 1 while a command is under way. Empty or None: the make does not tell.
    """

    name: str
    write_oid: str
    on_value: int
    off_value: int
    read_oid: str
    read_on: int
    read_off: int
    watts: Quantity | None = None
    device_kw: Quantity | None = None
    count_oid: str = ""
    pending_oid: str = ""
    index: str = "{outlet}"

    def at(self, oid: str, outlet: int) -> str:
        """The object of one outlet, numbered from 1."""
        return oid.format(outlet=self.index.format(outlet=outlet))


_TABLE = (
    Profile(
        name="apc_rpdu2",
        write_oid=_APC2 + ".9.2.4.1.5.{outlet}",
        on_value=1,
        off_value=2,
        read_oid=_APC2 + ".9.2.3.1.5.{outlet}",
        read_on=2,
        read_off=1,
        watts=Quantity(_APC2 + ".9.4.3.1.7.{outlet}", 1.0),
        device_kw=Quantity(_APC2 + ".4.3.1.5.1", 0.01),
        count_oid=_APC2 + ".4.2.1.4.1",
        pending_oid=_APC2 + ".9.2.3.1.6.{outlet}",
    ),
    Profile(
        name="apc_rpdu",
        write_oid=_APC1 + ".3.3.1.1.4.{outlet}",
        on_value=1,
        off_value=2,
        read_oid=_APC1 + ".3.5.1.1.4.{outlet}",
        read_on=1,
        read_off=2,
        device_kw=Quantity(_APC1 + ".1.16.0", 0.001),
        count_oid=_APC1 + ".1.8.0",
        pending_oid=_APC1 + ".3.5.1.1.5.{outlet}",
    ),
    Profile(
        name="raritan",
        write_oid=_RARITAN + ".4.1.2.1.2.1.{outlet}",
        on_value=1,
        off_value=0,
        read_oid=_RARITAN + ".4.1.2.1.3.1.{outlet}",
        read_on=7,
        read_off=8,
        watts=Quantity(_RARITAN + ".5.4.3.1.4.1.{outlet}.5", 1.0, _RARITAN + ".3.5.4.1.7.1.{outlet}.5"),
        device_kw=Quantity(_RARITAN + ".5.2.3.1.4.1.1.5", 0.001, _RARITAN + ".3.3.4.1.7.1.1.5"),
        count_oid=_RARITAN + ".3.2.2.1.4.1",
    ),
    Profile(
        name="sentry4",
        write_oid=_SENTRY4 + ".5.1.2.{outlet}",
        on_value=1,
        off_value=2,
        read_oid=_SENTRY4 + ".3.1.1.{outlet}",
        read_on=1,
        read_off=0,
        watts=Quantity(_SENTRY4 + ".3.1.9.{outlet}", 1.0),
        index="1.1.{outlet}",
    ),
    Profile(
        name="geist",
        write_oid=_GEIST + ".5.1.6.{outlet}",
        on_value=2,
        off_value=4,
        read_oid=_GEIST + ".5.1.4.{outlet}",
        read_on=1,
        read_off=2,
        watts=Quantity(_GEIST + ".6.1.12.{outlet}", 1.0),
    ),
    Profile(
        name="cyberpower",
        write_oid=_CYBERPOWER + ".4.{outlet}",
        on_value=1,
        off_value=2,
        read_oid=_CYBERPOWER + ".4.{outlet}",
        read_on=1,
        read_off=2,
    ),
)
PROFILES = {profile.name: profile for profile in _TABLE}


def named(name: str) -> Profile:
    """The profile of a make. Raises ValueError, naming those there are."""
    try:
        return PROFILES[name]
    except KeyError:
        raise ValueError(f"unknown PDU profile {name!r}; allowed: {', '.join(PROFILES)}") from None
