"""The kind of a rule by its name: a row of the minute holds the name alone, and so do decisions from before kinds were kept.

A name is the rule's own, with the one it is about behind it where there are several: `signal utility`, `schedule summer-peak`.
Once the signal is lost the name ends in `lost`.
"""

from services.shared.vocabulary import RuleKind

_LOST = " lost"
_ALONE = {
    "lease": RuleKind.LEASE, "worst interval": RuleKind.INTERVAL, "temperature": RuleKind.TEMPERATURE,
    "trip": RuleKind.TRIP, "temperature lost": RuleKind.BLIND, "airflow": RuleKind.AIRFLOW, "schedule": RuleKind.SCHEDULE,
}  # fmt: skip
_WITH_ONE = {"signal": RuleKind.SIGNAL, "schedule": RuleKind.SCHEDULE, "trip": RuleKind.TRIP}


def kind_of(rule: str) -> RuleKind:
    """A contact of the utility has the name of a signal."""
    word, _, name = rule.partition(" ")
    if word == "signal" and name.endswith(_LOST):
        return RuleKind.SIGNAL_LOST
    return _ALONE.get(rule) or (_WITH_ONE.get(word) if name else None) or RuleKind.OTHER


def about(rule: str) -> str:
    """The one that a rule is about; empty where it has none."""
    word, _, name = rule.partition(" ")
    return name.removesuffix(_LOST) if word in _WITH_ONE else ""
