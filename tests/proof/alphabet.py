"""The classes that every input falls into, and what may happen to the site, in the words of the plant."""

from dataclasses import dataclass, field
from typing import NamedTuple


class Inputs(NamedTuple):
    """What the site's inputs do, one class each; they go on until they change."""

    utility: str = "normal"
    contact: str = "open"
    west: str = "cool"
    east: str = "cool"
    fans: str = "follow"
    meters: str = "follow"
    loads: str = "follow"
    devices: str = "answer"
    switches: str = "clear"


_TEMPERATURES = {
    "cool": "is at 25 C",
    "warm": "is at 36 C",
    "shed": "is at 38.6 C",
    "trip": "is at 41 C",
    "one": "has one sensor left, at 30 C",
    "unplugged": "has its sensors unplugged",
    "stale": "tells no new temperature",
}

WORDS: dict[str, dict[str, str]] = {
    "utility": {
        "normal": "the signal says normal",
        "control": "the signal says control",
        "emergency": "the signal says emergency",
        "target": "the signal says control to 6 kW",
        "garbled": "the signal's text matches no level",
        "silent": "the signal's page is gone",
    },
    "contact": {
        "open": "the utility's contact is open",
        "closed": "the utility's contact closes",
        "unread": "the utility's contact reads nothing",
        "silent": "the utility's contact is not polled",
    },
    "west": {name: f"zone west {words}" for name, words in _TEMPERATURES.items()},
    "east": {name: f"zone east {words}" for name, words in _TEMPERATURES.items()},
    "fans": {
        "follow": "the fans do as told",
        "one stuck": "fan 2 stands still",
        "most stuck": "fans 1 to 3 stand still",
        "unread": "the fans' watts are not read",
        "no volts": "the mains voltage is not read",
    },
    "meters": {
        "follow": "the meters tell the truth",
        "stuck on": "the loads draw 3 kW each whatever they are told by Foreman",
        "stale": "the meters stand still",
        "none": "nothing meters the loads",
    },
    "loads": {
        "follow": "Foreman tells the truth",
        "lie asleep": "Foreman says that all are asleep",
        "unknown": "Foreman does not know its miners' state",
    },
    "devices": {"answer": "the devices answer", "silent": "no device answers"},
    "switches": {
        "clear": "smoke and water contacts are clear",
        "smoke": "smoke is told",
        "flood": "water is told",
        "unknown": "smoke and water contacts read nothing",
    },
}

PERSONS = {
    "": "nobody does anything",
    "stop": "a person presses STOP",
    "reset": "a person resets every trip",
    "lock load": "a person locks w-1 out",
    "lock outlet": "a person locks the outlet of e-1 out",
    "lock fan": "a person locks fan 1 out",
    "unlock": "a person removes every lock-out",
    "lease sleep": "a lease sends rack-w to sleep for 10 min",
    "lease wake": "a lease wakes rack-w for 10 min",
    "lease normal": "a lease asks for a normal signal",
    "lease control": "a lease forces control to 3 kW for 10 min",
    "lease cold": "a lease forces all temperatures to 20 C for 10 min",
    "lease fans off": "a lease turns fans 1 and 2 off for 10 min",
    "program wake": "a program's lease wakes rack-w for 10 min",
    "program control": "a program's lease forces control to 6 kW for 10 min",
    "release": "a person ends every lease",
    "out of service": "a person takes the signal out of service for 10 min",
    "into service": "a person takes the signal back into service",
}

PROCESSES = {
    "": "the process runs",
    "killed": "the process is killed and starts again",
    "rebooted": "the computer boots again, in 1970",
    "clock": "the clock is synchronised",
}

LEAPS_S = {"second": 1.0, "step": 31.0, "minute": 61.0, "deadline": 601.0}


@dataclass(frozen=True)
class Act:
    """What happens next: inputs that change, a person's or the process's act, and how much time has passed before."""

    changes: dict[str, str] = field(default_factory=dict)
    person: str = ""
    process: str = ""
    leap_s: float = 1.0

    def words(self) -> str:
        """In the words of the plant."""
        said = [WORDS[name][value] for name, value in self.changes.items()]
        said += [PERSONS[self.person]] * bool(self.person) + [PROCESSES[self.process]] * bool(self.process)
        return ", ".join(said) or f"{self.leap_s:.0f} s pass"


ALPHABET: tuple[Act, ...] = (
    *(Act({name: value}) for name, values in WORDS.items() for value in values),
    *(Act(person=person) for person in PERSONS if person),
    *(Act(process=process) for process in PROCESSES if process),
    *(Act(leap_s=seconds) for seconds in LEAPS_S.values()),
)
"""One change at a time: the letters of every walk."""
