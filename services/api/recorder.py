"""When a row of `mine_states` is written: every `loop_interval_minutes`, and at every change of mode."""

import asyncio
import json
from collections.abc import Callable

from services.api.headline import NO_BROKER
from services.api.history.intake import Intake
from services.api.history.rows import Row, milliseconds, timestamp
from services.api.image import Image
from services.api.stale_limits import humidity_percent
from services.shared.clock import Moment
from services.shared.messages import State
from services.shared.vocabulary import LoadState, Mode, PowerState

_SAID_EACH_S = 7.0  # the controller says its state at least every 5 s
_MINERS = ("miners_hashing", "miners_asleep", "miners_unknown")


class Recorder:
    """Watches the mode; the rest of a row is what the image knows at that moment."""

    def __init__(self, image: Image, intake: Intake, interval_s: float, *, broker: Callable[[], bool]) -> None:
        """`broker` says whether the broker is connected: without it nothing is told as the present."""
        self._image = image
        self._intake = intake
        self._interval_s = interval_s
        self._broker = broker
        self._mode: Mode | None = None

    def take_state(self, state: State) -> None:
        """After the image took it: record a change of mode, as of the moment at which it was decided."""
        now = self._image.now()
        if self._image.state is state and state.mode is not self._mode and not self._image.state_stale(now):
            self._mode = state.mode
            self._intake.take_state(row(self._image, late_s=self._image.state_age_s(now) or 0.0))

    async def run(self) -> None:
        """For ever: record at every interval. Cancel to stop."""
        while True:
            await asyncio.sleep(self._interval_s)
            self._intake.take_state(row(self._image, "" if self._broker() else NO_BROKER))


def row(image: Image, silence: str = "", late_s: float = 0.0) -> Row:
    """The plant now, or `late_s` seconds ago when what is told came late. What is stale is null: a row never tells the past as
    the present, and one that rests on a state older than usual says so. `silence` is another reason for knowing nothing."""
    now = image.now()
    silence = silence or image.silence(now)
    state = None if silence else image.state
    reasons = (*state.reasons, *_of_age(image.state_age_s(now), late_s)) if state else (silence,)
    return {
        "timestamp": timestamp(milliseconds(now.wall_s - late_s) or 0),
        "clock_trusted": int(now.wall_trusted),
        "reasons": json.dumps(reasons, ensure_ascii=False),
        "humidity_percent": humidity_percent(image, now),
        "alarms_open": None if image.alarm_state is None else sum(alarm.active for alarm in image.alarm_state.alarms),
        **_of_state(state),
        **(_of_miners(image, now) if state else dict.fromkeys(_MINERS)),
    }


def _of_age(age_s: float | None, late_s: float) -> tuple[str, ...]:
    """A note on a state that was not heard of for longer than it is told."""
    older_s = (age_s or 0.0) - late_s
    return (f"the controller said this {older_s:.0f} s before",) if older_s > _SAID_EACH_S else ()


def _of_state(state: State | None) -> Row:
    signal = max(state.signals, key=lambda view: view.effective.severity, default=None) if state else None
    load = state.load if state else None
    return {
        "mode": state.mode.value if state else None,
        "control": state.control.value if state else None,
        "limited_by": state.limited_by if state else None,
        "signal_level": signal.effective.value if signal else None,
        "signal_source": signal.name if signal else None,
        "measured_kw": load.measured_kw if load else None,
        "target_kw": load.target_kw if load else None,
        "setpoint_kw": load.setpoint_kw if load else None,
        "unknown_kw": load.unknown_kw if load else None,
        "temperature_max_c": state.temperature_max_c if state else None,
        "fan_stage": state.fan_stage if state else None,
        "fans_running": sum(fan.running is PowerState.ON for fan in state.fans) if state else None,
        "forced": int(state.forced) if state else None,
    }


def _of_miners(image: Image, now: Moment) -> Row:
    groups = [g for g in image.reported.all() if g.host_boot == now.host_boot]
    states = [member.state for group in groups for member in group.members]
    counted = (LoadState.HASHING, LoadState.ASLEEP, LoadState.UNKNOWN)
    return {name: states.count(one) if groups else None for name, one in zip(_MINERS, counted, strict=True)}
