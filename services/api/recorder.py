"""When a row of `mine_states` is written: every `loop_interval_minutes`, and at every change of mode."""

import asyncio
import json

from services.api.history.rows import Row, milliseconds, timestamp
from services.api.history.writer import History
from services.api.image import Image
from services.shared.clock import Moment
from services.shared.messages import State
from services.shared.vocabulary import LoadState, Mode, PowerState


class Recorder:
    """Watches the mode; the rest of a row is what the image knows at that moment."""

    def __init__(self, image: Image, history: History, interval_s: float) -> None:
        self._image = image
        self._history = history
        self._interval_s = interval_s
        self._mode: Mode | None = None

    def take_state(self, state: State) -> None:
        """After the image took it: record a change of mode."""
        if self._image.state is state and state.mode is not self._mode and not self._image.state_stale(self._image.now()):
            self._mode = state.mode
            self._history.take_state(row(self._image))

    async def run(self) -> None:
        """For ever: record at every interval. Cancel to stop."""
        while True:
            await asyncio.sleep(self._interval_s)
            self._history.take_state(row(self._image))


def row(image: Image) -> Row:
    """The plant now. What is stale is null: a row never tells the past as the present."""
    now = image.now()
    state = None if image.state_stale(now) else image.state
    reasons = state.reasons if state else ("the controller is silent",)
    return {
        "timestamp": timestamp(milliseconds(now.wall_s) or 0),
        "clock_trusted": int(now.wall_trusted),
        "reasons": json.dumps(reasons, ensure_ascii=False),
        "humidity_percent": image.humidity_percent(now),
        "alarms_open": None if image.alarm_state is None else sum(alarm.active for alarm in image.alarm_state.alarms),
        **_of_state(state),
        **_of_miners(image, now),
    }


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
    groups = [g for g in image.reported.all() if g.host_boot == now.host_boot and not image.state_stale(now)]
    states = [member.state for group in groups for member in group.members]
    return {
        "miners_hashing": states.count(LoadState.HASHING) if groups else None,
        "miners_asleep": states.count(LoadState.ASLEEP) if groups else None,
        "miners_unknown": states.count(LoadState.UNKNOWN) if groups else None,
    }
