"""The fault library: what can go wrong at a site, each in the plant's words, with what it does and where it may fall.

An entry is data. What an effect does to a reading is in `world`, to an order in `field`, and to the site in `happenings`.
"""

from dataclasses import dataclass
from enum import StrEnum


class Falls(StrEnum):
    """On what a fault may fall."""

    SIGNAL = "a power signal"
    SENSOR = "a temperature sensor"
    ZONE = "all sensors of a zone"
    FAN = "a fan"
    SOFT = "Foreman or an HTTP section"
    PDU = "a PDU"
    OUTLET = "an outlet"
    MINER = "a load"
    GROUP = "a load group"
    RELAY = "a relay board"
    MONITOR = "the energy monitor"
    SENSING = "all that the collector reads"
    FIELD = "every device on the site's network"
    LINK = "the site's link"
    SITE = "the site"
    MAINS = "the site's supply"
    CONTROLLER = "the controller"


class Does(StrEnum):
    """What a fault does. The first group changes readings, the second orders, the third the plant, the rest happens once."""

    HANG = "does not answer"
    NONSENSE = "answers what cannot be read"
    FROZEN = "repeats its last answer as new"
    SLOW = "answers rarely"
    OFFSET = "reads wrong"
    DRIFT = "reads more wrong each hour"
    FLAPS = "changes its word again and again"
    ASKS = "asks for control"
    NO_VOLTS = "sees no mains"

    LIES = "acknowledges and does nothing"
    SHOWS = "acknowledges, does nothing and shows it done"
    REFUSES = "refuses and names a time"
    LATE = "acts late"

    STUCK = "keeps its place"
    WELDED = "conducts whatever it shows"
    DEAD = "does not run"

    REBOOTS = "restarts"
    TRIPS = "opens by itself"
    WAKES = "starts by itself"
    KILLED_BEFORE = "is killed before it wrote down"
    KILLED_AFTER = "is killed after it wrote down"
    HOST_CUT = "loses its power"
    MAINS_CUT = "loses its supply"
    HOT = "is hotter outside"
    CLOCK_STEPS = "finds its clock set"
    CLOCK_1970 = "does not know the time"
    SMOKE = "smells smoke"
    FLOOD = "stands in water"
    DOOR = "has an open door"
    STOPPED = "is stopped by a person"
    LEASED = "is held down by a person"
    LOCKED = "is locked out by a person"


@dataclass(frozen=True, slots=True)
class Fault:
    """`value` is in the unit of what it does: K, s, K per hour, or how many times as rare. `minutes`: its length by chance."""

    name: str
    falls: Falls
    does: Does
    about: str
    value: float = 0.0
    minutes: tuple[float, float] = (5.0, 90.0)

    @property
    def is_moment(self) -> bool:
        """Whether it happens at once and has no end of its own."""
        return self.minutes == (0.0, 0.0)


_MOMENT = (0.0, 0.0)

ON_SENSES = (Falls.SENSOR, Falls.ZONE, Falls.SENSING, Falls.FIELD, Falls.MONITOR, Falls.MAINS)
"""What hinders seeing."""

ON_ACTS = (Falls.SOFT, Falls.PDU, Falls.OUTLET, Falls.MINER, Falls.FIELD, Falls.LINK, Falls.MAINS, Falls.CONTROLLER)
"""What hinders switching."""

LIBRARY = (
    Fault("signal lost", Falls.SIGNAL, Does.HANG, "the utility's page does not answer"),
    Fault("signal garbled", Falls.SIGNAL, Does.NONSENSE, "a page that says no level: an error page, a login"),
    Fault("signal frozen", Falls.SIGNAL, Does.FROZEN, "a cache repeats an old page"),
    Fault("signal slow", Falls.SIGNAL, Does.SLOW, "one poll in five is answered", 5.0),
    Fault("signal flapping", Falls.SIGNAL, Does.FLAPS, "control and normal take turns, 90 s each", 90.0, (5.0, 20.0)),
    Fault("signal contradicts", Falls.SIGNAL, Does.ASKS, "this source asks for control while the others do not"),
    Fault("sensor unplugged", Falls.SENSOR, Does.NONSENSE, "the sensor is gone, its unit answers"),
    Fault("sensor frozen", Falls.SENSOR, Does.FROZEN, "the same value for ever"),
    Fault("sensor spikes", Falls.SENSOR, Does.OFFSET, "reads 25 K too hot for a moment", 25.0, (0.2, 1.0)),
    Fault("sensor drifts hot", Falls.SENSOR, Does.DRIFT, "6 K more in each hour", 6.0, (30.0, 120.0)),
    Fault("sensor reads cold", Falls.SENSOR, Does.OFFSET, "reads 10 K too cold", -10.0),
    Fault("zone blind", Falls.ZONE, Does.NONSENSE, "no sensor of the zone reads anything"),
    Fault("hot day", Falls.SITE, Does.HOT, "15 K more outside", 15.0, (60.0, 240.0)),
    Fault("fan stuck off", Falls.FAN, Does.DEAD, "its contactor or its motor is dead"),
    Fault("fan welded on", Falls.FAN, Does.STUCK, "its contactor keeps its place"),
    Fault("fan belt broken", Falls.FAN, Does.WELDED, "the motor turns and moves no air: low watts"),
    Fault("relay board lost", Falls.RELAY, Does.HANG, "no answer; leases run out and its fans come on"),
    Fault("relay board reboots", Falls.RELAY, Does.REBOOTS, "all coils fall, all leases are forgotten", minutes=_MOMENT),
    Fault("relay board lies", Falls.RELAY, Does.LIES, "acknowledges and moves no coil"),
    Fault("energy monitor lost", Falls.MONITOR, Does.HANG, "the IoTaWatt does not answer"),
    Fault("energy monitor without volts", Falls.MONITOR, Does.NO_VOLTS, "its voltage reference is gone: no watts are true"),
    Fault("energy monitor frozen", Falls.MONITOR, Does.FROZEN, "repeats its last watts as new"),
    Fault("foreman lost", Falls.SOFT, Does.HANG, "neither reads nor commands are answered"),
    Fault("foreman lies", Falls.SOFT, Does.LIES, "answers okay and nothing sleeps"),
    Fault("foreman pretends", Falls.SOFT, Does.SHOWS, "answers okay, shows it asleep, and nothing sleeps"),
    Fault("foreman refuses", Falls.SOFT, Does.REFUSES, "over the rate limit: wait 15 s", 15.0, (5.0, 40.0)),
    Fault("foreman slow", Falls.SOFT, Does.LATE, "acts four minutes late", 240.0),
    Fault("foreman reports old", Falls.SOFT, Does.FROZEN, "commands work, the fleet is shown as it was"),
    Fault("pdu lost", Falls.PDU, Does.HANG, "does not answer; its load counts as still on"),
    Fault("pdu late", Falls.PDU, Does.LATE, "acts eight seconds late", 8.0),
    Fault("pdu frozen", Falls.PDU, Does.FROZEN, "repeats states and watts as new"),
    Fault("pdu lies", Falls.PDU, Does.LIES, "acknowledges and moves no contact"),
    Fault("pdu reboots", Falls.PDU, Does.REBOOTS, "closes all its outlets", minutes=_MOMENT),
    Fault("outlet stuck", Falls.OUTLET, Does.STUCK, "the contact keeps its place"),
    Fault("outlet welded", Falls.OUTLET, Does.WELDED, "shows open and conducts"),
    Fault("breaker trips", Falls.OUTLET, Does.TRIPS, "the breaker before this outlet opens, until somebody closes it"),
    Fault("miner does not obey", Falls.MINER, Does.STUCK, "neither sleeps nor wakes when told"),
    Fault("miner lies", Falls.MINER, Does.WELDED, "shows itself asleep and draws on"),
    Fault("miner late", Falls.MINER, Does.LATE, "obeys five minutes later", 300.0),
    Fault("miner wakes by itself", Falls.MINER, Does.WAKES, "somebody at its own page wakes it", minutes=_MOMENT),
    Fault("field network gone", Falls.FIELD, Does.HANG, "the switch of the site's network is dead"),
    Fault("link gone", Falls.LINK, Does.HANG, "signal pages and Foreman are lost together"),
    Fault("broker gone", Falls.SENSING, Does.HANG, "nothing that the collector reads arrives"),
    Fault("controller killed", Falls.CONTROLLER, Does.KILLED_BEFORE, "before its decision is written down", minutes=_MOMENT),
    Fault("controller killed late", Falls.CONTROLLER, Does.KILLED_AFTER, "after that, before orders go out", minutes=_MOMENT),
    Fault("controller power cut", Falls.CONTROLLER, Does.HOST_CUT, "its host boots anew", minutes=_MOMENT),
    Fault("mains cut", Falls.MAINS, Does.MAINS_CUT, "everything but the controller is dark", 0.0, (0.5, 20.0)),
    Fault("clock jumps ahead", Falls.CONTROLLER, Does.CLOCK_STEPS, "the calendar is two weeks ahead", 14 * 86_400.0),
    Fault("clock jumps back", Falls.CONTROLLER, Does.CLOCK_STEPS, "the calendar is two weeks behind", -14 * 86_400.0),
    Fault("clock in 1970", Falls.CONTROLLER, Does.CLOCK_1970, "the calendar is not known and not trusted"),
    Fault("smoke", Falls.SITE, Does.SMOKE, "the smoke contact closes", minutes=(2.0, 20.0)),
    Fault("flood", Falls.SITE, Does.FLOOD, "the flood contact closes", minutes=(2.0, 20.0)),
    Fault("door open", Falls.SITE, Does.DOOR, "the door contact closes"),
    Fault("operator stops", Falls.SITE, Does.STOPPED, "the emergency stop; reset at its end", minutes=(2.0, 30.0)),
    Fault("operator holds", Falls.GROUP, Does.LEASED, "a lease puts the group to sleep", minutes=(5.0, 60.0)),
    Fault("operator locks a load", Falls.MINER, Does.LOCKED, "a lock-out, removed at its end", minutes=(5.0, 60.0)),
    Fault("operator locks a fan", Falls.FAN, Does.LOCKED, "a lock-out, removed at its end", minutes=(5.0, 60.0)),
)  # fmt: skip


def named(name: str) -> Fault:
    """The fault of that name. Raises ValueError that names all there are."""
    wanted = " ".join(name.lower().split())
    for fault in LIBRARY:
        if fault.name == wanted:
            return fault
    raise ValueError(f"there is no fault {name!r}; allowed: {', '.join(fault.name for fault in LIBRARY)}")
