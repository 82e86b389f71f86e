"""What happened in a day, in the words of the plant, each line with its time."""

from services.simulator.twin.clock import clock_text
from services.simulator.twin.day import Placed
from services.simulator.twin.moment import Instant, Observer

_MOST_LINES = 2000


class Story(Observer):
    """Modes, alarms, faults, restarts."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._mode = ""
        self._alarms: dict[str, str] = {}
        self._faults: list[Placed] = []

    def observe(self, moment: Instant) -> tuple[str, ...]:
        """Note what changed."""
        decision = moment.step.decision
        if moment.restarted:
            self._note(moment, "the controller begins anew")
        self._note_faults(moment)
        if decision.state.mode.value != self._mode:
            self._mode = decision.state.mode.value
            self._note(moment, f"{self._mode}: {'; '.join(decision.reasons[:2])}")
        self._note_alarms(moment)
        return ()

    def end(self, moment: Instant) -> tuple[str, ...]:
        """The last line."""
        self._note(moment, f"the day ends with {moment.real_kw:.1f} kW")
        return ()

    def _note_faults(self, moment: Instant) -> None:
        active = moment.trouble.active
        if active == self._faults:
            return
        for placed in [one for one in active if one not in self._faults]:
            self._note(moment, f"fault: {placed.fault.name} on {placed.on}, until {clock_text(placed.ends_s)}")
        for placed in [one for one in self._faults if one not in active]:
            self._note(moment, f"over: {placed.fault.name} on {placed.on}")
        self._faults = list(active)

    def _note_alarms(self, moment: Instant) -> None:
        alarms = {one.key: one.cause for one in moment.step.decision.alarms}
        if alarms.keys() == self._alarms.keys():
            return
        for key in [key for key in alarms if key not in self._alarms]:
            self._note(moment, f"alarm {key}: {alarms[key]}")
        for key in sorted(self._alarms.keys() - alarms.keys()):
            self._note(moment, f"alarm {key} is over")
        self._alarms = alarms

    def _note(self, moment: Instant, text: str) -> None:
        if len(self.lines) < _MOST_LINES:
            self.lines.append(f"{clock_text(moment.sim_s)} {text}")


def line_of(moment: Instant) -> str:
    """One step in one line: the truth beside the decision."""
    decision = moment.step.decision
    heat = ", ".join(f"{zone} {celsius:.1f} C" for zone, celsius in moment.zones_c.items())
    orders = ", ".join(f"{one.act.value} {one.target}" for one in moment.step.orders[:4]) or "no orders"
    kw = decision.load.measured_kw
    measured = "none" if kw is None else f"{kw:.1f}"
    figures = f"{moment.real_kw:.1f} kW real, {measured} measured, target {decision.load.target_kw:.1f}"
    mode = f"{decision.state.mode.value}, limited by {decision.limited_by}"
    return f"{clock_text(moment.sim_s)} {mode}; {figures}; {heat}; {orders}"
