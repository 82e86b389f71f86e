"""Records of curtailments on a real file, written by the real writer: a day of a site, told in seconds after T0."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from services.api.history.rows import timestamp
from services.api.history.writer import History
from services.shared.clock import Clock
from services.shared.messages import Alarm, Event, Reading
from services.shared.vocabulary import AlarmKind, CommandPhase, Quality

T0 = 1_800_000_000.0  # 2027-01-15 08:00:00 UTC
FULL_KW, OFF_KW = 990.0, 12.0
UTILITY = {"rule": "signal utility", "scope": "site", "kw": 20.0}
SAID = {
    "name": "utility",
    "level": "control",
    "target_kw": 20.0,
    "age_s": 2.0,
    "event_id": "EV-7",
    "raw_text": "Full Load Control",
}


def inputs(*ceilings: dict[str, Any], kw: float = FULL_KW, signals: Iterable[dict[str, Any]] = (SAID,), **load: Any) -> str:
    switches = [{"name": "roomalert-1/switch-1", "active": True, "age_s": 1.0}]
    told = {"measured_kw": kw, "unknown_kw": 0.0, **load}
    meters = [{"name": "pdu-1", "kw": kw / 2, "age_s": 3.0}, {"name": "pdu-2", "kw": kw / 2, "age_s": 4.0}]
    return json.dumps({"signals": list(signals), "switches": switches, "meters": meters, "load": told, "ceilings": ceilings})


class Records:
    """What the services would have said, at `after_s` seconds after T0."""

    def __init__(self, folder: Path, t0: float = T0, after_seq: int = 0) -> None:
        self.history = History(folder, clock=Clock("yes"), publish=lambda _: None)
        self.t0 = t0
        self._seq = after_seq

    def event(self, after_s: float, kind: str, title: str, **more: Any) -> None:
        self._seq += 1
        told = {"subject": ("controller",), "source": "controller", "ledger_seq": self._seq, "kind": kind, "title": title}
        self.history.intake.take_event(
            Event.model_validate({**told, "happened_at": self.t0 + after_s, "clock_trusted": True, **more})
        )

    def turn(self, after_s: float, before: str, mode: str, *reasons: str, detail: str = "{}", **more: Any) -> None:
        """A change of mode, and its row."""
        self.event(after_s, "transition", f"{before} to {mode}", mode=mode, reasons=reasons, detail=detail, **more)

    def row(self, after_s: float, mode: str | None, kw: float | None, allowed_kw: float, *reasons: str, **more: Any) -> None:
        plain = {"timestamp": timestamp(round((self.t0 + after_s) * 1000)), "mode": mode, "reasons": json.dumps(reasons)}
        figures = {"measured_kw": kw, "target_kw": allowed_kw, "setpoint_kw": allowed_kw, "unknown_kw": 0.0, "forced": 0}
        self.history.intake.take_state({**plain, **figures, "clock_trusted": 1, **more})

    def read(self, after_s: float, device: str, value: float | None, quantity: str = "power", unit: str = "kW") -> None:
        told = {"device": device, "quantity": quantity, "value": value, "unit": unit, "clock_trusted": True}
        quality = Quality.GOOD if value is not None else Quality.BAD
        self.history.intake.take_reading(
            Reading(quality=quality, poll_started_mono_s=after_s, measured_at=self.t0 + after_s, **told)  # type: ignore[arg-type]
        )

    def command(self, after_s: float, id_: str, act: str, *ends: tuple[CommandPhase, float], device: str = "foreman") -> None:
        """A command, and each step of its life after so many seconds."""
        for phase, late_s in ((CommandPhase.SENT, 0.0), *ends):
            told = {"device": device, "target": f"m-{id_}", "act": act, "command_id": id_, "seconds": late_s or None}
            self.event(after_s + late_s, "command", f"{act} m-{id_} {phase.value}", phase=phase, **told)

    def alarm(self, after_s: float, key: str, cause: str, *, until_s: float | None = None) -> None:
        for active, at in ((True, after_s), (False, until_s)):
            if at is not None:
                self.history.intake.take_alarm(
                    Alarm(subject=(key,), key=key, active=active, kind=AlarmKind.WARNING, since_at=self.t0 + after_s, cause=cause,
                          source="controller", sent_at=self.t0 + at)
                )  # fmt: skip

    async def stored(self) -> Path:
        """Everything is on the disk and the file given back. Returns it."""
        await self.history.close()
        return self.history.path


def utility_event(of: Records, at_s: float = 3600.0, *, lasts_s: float = 7200.0, ends: bool = True, meters: bool = True) -> None:
    """Announced an hour before, asked, confirmed after 90 s, back in two stages; three commands, one of which fails."""
    asked, back = at_s, at_s + lasts_s
    of.turn(at_s - 3600, "starting", "normal", "nothing limits the load", detail=inputs(signals=()))
    for minute in range(-10, 0):
        of.row(at_s + minute * 60, "normal", FULL_KW, FULL_KW, "nothing limits the load")
    of.alarm(at_s - 1800, "signal_planned_utility", "The utility announces control: at most 20 kW from 09:00.", until_s=at_s)
    of.turn(asked, "normal", "curtailing", "utility signal: Control, at most 20 kW", detail=inputs(UTILITY))
    of.row(asked, "curtailing", FULL_KW, 20.0, "utility signal: Control, at most 20 kW")
    done = ((CommandPhase.ACKNOWLEDGED, 0.4), (CommandPhase.CONFIRMED, 60.0))
    of.command(asked + 1, "a", "sleep", *done)
    of.command(asked + 2, "b", "sleep", *done)
    of.command(asked + 3, "c", "sleep", (CommandPhase.FAILED, 5.0))
    of.alarm(asked + 30, "load_still_on", "Foreman did not take 1 load off: 3 kW.", until_s=asked + 600)
    proven = ("utility signal: Control, at most 20 kW", "12 kW of 990 kW still on, 0 kW unknown", "proven by measurement")
    of.turn(asked + 90, "curtailing", "curtailed", *proven, detail=inputs(UTILITY, kw=OFF_KW))
    of.row(asked + 90, "curtailed", OFF_KW, 20.0, *proven)
    for after in range(120, int(lasts_s if ends else lasts_s + 1), 120):
        of.row(asked + after, "curtailed", OFF_KW, 20.0, *proven)
    if meters:
        _metered(of, asked, back, ends=ends)
    if ends:
        _returned(of, back)


def _returned(of: Records, back: float) -> None:
    of.turn(
        back, "curtailed", "restoring", "restoring: 0 of 990 kW released", detail=inputs(kw=OFF_KW, signals=(), setpoint_kw=0.0)
    )
    of.row(back, "restoring", OFF_KW, FULL_KW, setpoint_kw=0.0)
    for n, kw in enumerate((400.0, 990.0)):
        told = inputs(kw=OFF_KW, signals=(), setpoint_kw=kw)
        of.event(back + 30 + 60 * n, "decision", "limited by ramp", mode="restoring", reasons=("restoring",), detail=told)
        of.command(back + 31 + 60 * n, f"w{n}", "wake", (CommandPhase.CONFIRMED, 20.0))
    of.row(back + 90, "restoring", 400.0, FULL_KW)
    of.turn(
        back + 180, "restoring", "normal", "nothing limits the load", detail=inputs(kw=FULL_KW, signals=(), setpoint_kw=990.0)
    )
    of.row(back + 180, "normal", FULL_KW, FULL_KW)


def _metered(of: Records, asked: float, back: float, *, ends: bool) -> None:
    """Two PDUs, half of the load each, every 10 s."""
    for after in range(int(asked) - 300, int(back + 480 if ends else back), 10):
        kw = OFF_KW if asked + 60 <= after < back + 30 else 400.0 if back + 30 <= after < back + 90 else FULL_KW
        for device in ("pdu-1", "pdu-2"):
            of.read(after, device, kw / 2)
