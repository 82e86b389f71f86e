"""How bad an alarm of kW is: a rank that rises with each doubling, so that people are told again of what has grown.

Hysteresis: what plays about a step is no news. The notifier tells of a higher rank than ever alone, so falling is none either.
"""

from dataclasses import replace

from services.controller.core.memory import State
from services.controller.core.plant import Limits
from services.controller.core.wanted import AlarmWanted

_SMALLEST_STEP_KW = 1.0  # where the meter is to be met exactly
_PLAY = 1.15


def ranked(alarm: AlarmWanted, kw: float, state: State, limits: Limits) -> AlarmWanted:
    """The alarm with the rank of its kW: 0 below the meter's tolerance, 1 from there, one more for each doubling."""
    lowest, highest = _rank(kw / _PLAY, limits), _rank(kw * _PLAY, limits)
    stands = alarm.key in dict(state.alarmed)
    known = dict(state.alarm_ranks).get(alarm.key, 0) if stands else _rank(kw, limits)
    return replace(alarm, rank=min(max(known, lowest), highest))


def _rank(kw: float, limits: Limits) -> int:
    return int(max(kw, 0.0) / max(limits.meter_tolerance_kw, _SMALLEST_STEP_KW)).bit_length()
