"""The twin: the simulated plant, the decision core and its orders in one process, on a clock that leaps."""

from services.simulator.twin.run import run_day
from services.simulator.twin.step import DayResult, Step

__all__ = ["DayResult", "Step", "run_day"]
