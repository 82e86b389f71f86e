"""What the controller tells the bus after each decision: its state, what it wants, what it reads back, its alarms."""

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any, Protocol

from services.controller.core.moments import Now
from services.controller.core.orders import Order
from services.controller.core.plant import Limits
from services.controller.core.seen import Snapshot
from services.controller.core.wanted import Decision
from services.controller.past_trips import ended
from services.controller.state_message import state_message
from services.shared.messages import Alarm, Desired, Lease, MemberReport, Message, Reported
from services.shared.vocabulary import AlarmKind, Control, LoadTarget, PowerState

_AT_LEAST_EACH_S = 5.0
_TABLES_EACH_S = 1.0
_JITTERS: dict[str, Any] = {"decided_mono_s": True, "back_at": True, "load": {"measured_at"}}
"""The calendar jitters beside the monotonic clock."""
FAN_BANK = "fans"
LEDGER_ALARM = "ledger"


class Publishes(Protocol):
    """The bus, as far as a report needs it."""

    def publish(self, message: Message) -> None:
        """Send without blocking."""
        ...


class Report:
    """Publishes on change, and the state at least every 5 s so that its age shows a live controller.

    `on_leases` is told of the leases in force after each decision; `missing`, what is not set up, is told with each state.
    """

    def __init__(
        self,
        bus: Publishes,
        limits: Limits,
        missing: tuple[str, ...],
        on_leases: Callable[[tuple[Lease, ...]], None] = lambda _: None,
    ) -> None:
        self._bus = bus
        self._limits = limits
        self.missing = missing
        self._on_leases = on_leases
        self._groups: dict[str, list[int]] = defaultdict(list)
        for index, load in enumerate(limits.loads):
            self._groups[load.group].append(index)
        self._last: dict[str, object] = {}
        self._state_mono_s = float("-inf")
        self._tables_mono_s = float("-inf")
        self._alarmed: dict[str, Alarm] = {}

    def tell(self, decision: Decision, snapshot: Snapshot, would: tuple[Order, ...], now: Now, alarmed_before: set[str]) -> None:
        """Publish what changed."""
        self._tell_alarms(decision, now, alarmed_before)
        would_do = summary(would) if self._limits.control is Control.OBSERVE else ()
        state = state_message(decision, snapshot, would_do, self.missing, self._limits, now)
        self._on_leases(state.leases)
        core = state.model_dump(exclude=_JITTERS)
        if core != self._last.get("state") or now.mono_s - self._state_mono_s >= _AT_LEAST_EACH_S:
            self._last["state"] = core
            self._state_mono_s = now.mono_s
            self._bus.publish(state)
        if now.mono_s - self._tables_mono_s >= _TABLES_EACH_S:
            self._tables_mono_s = now.mono_s
            self._tell_tables(decision, snapshot)

    def emergencies(self) -> tuple[str, ...]:
        """The keys of the emergencies that stand."""
        return tuple(key for key, alarm in self._alarmed.items() if alarm.kind is AlarmKind.EMERGENCY)

    def tell_ledger(self, fault: str | None, now: Now) -> None:
        """Whether the ledger can be written and keeps its events: if not it is an alarm, and control goes on."""
        self._bus.publish(
            Alarm(
                subject=(LEDGER_ALARM,), key=LEDGER_ALARM, active=fault is not None, kind=AlarmKind.WARNING, since_at=now.wall_s,
                cause=f"The ledger is in trouble: {fault}" if fault else "The ledger is written again.",
                consequence="Control goes on. A restart forgets what is not written; what was given up is in no record.",
                action="Check the card and its free space; where history confirms no events, the api.",
            )
        )  # fmt: skip

    def _tell_tables(self, decision: Decision, snapshot: Snapshot) -> None:
        for group, indexes in self._groups.items():
            desired = Desired(
                subject=(group,),
                group=group,
                members=tuple((self._limits.loads[i].name, decision.targets.loads[i]) for i in indexes),
            )
            self._tell_if_new(f"desired/{group}", desired)
            reported = Reported(
                subject=(group,), group=group, members=tuple(self._member(i, decision, snapshot) for i in indexes)
            )
            self._tell_if_new(f"reported/{group}", reported)
        fans = tuple(
            (f"fan-{fan.number}", LoadTarget.RUN if wanted is PowerState.ON else LoadTarget.OFF)
            for fan, wanted in zip(self._limits.fans, decision.targets.fans, strict=True)
        )
        self._tell_if_new("desired/fans", Desired(subject=(FAN_BANK,), group=FAN_BANK, members=fans))

    def _tell_if_new(self, key: str, message: Message) -> None:
        if self._last.get(key) != message:
            self._last[key] = message
            self._bus.publish(message)

    def _member(self, index: int, decision: Decision, snapshot: Snapshot) -> MemberReport:
        seen = snapshot.loads[index]
        return MemberReport(
            name=self._limits.loads[index].name,
            target=decision.targets.loads[index],
            state=seen.state,
            outlet=seen.outlet,
            watts=seen.watts,
            watts_mono_s=seen.watts_mono_s,
        )

    def _tell_alarms(self, decision: Decision, now: Now, before: set[str]) -> None:
        since = dict(decision.state.alarmed)
        active = {one.key: one for one in decision.alarms}
        for key, one in active.items():
            alarm = Alarm(
                subject=(key,), key=key, active=True, kind=one.kind, cause=one.cause, consequence=one.consequence,
                action=one.action, device=one.device, rank=one.rank, since_at=since[key],
            )  # fmt: skip
            if self._alarmed.get(key) != alarm:
                self._alarmed[key] = alarm
                self._bus.publish(alarm)
        for key in (before | set(self._alarmed)) - set(active):
            known = self._alarmed.pop(key, None)
            self._bus.publish((known or ended(key, now)).model_copy(update={"active": False}))


def summary(orders: tuple[Order, ...]) -> tuple[str, ...]:
    """Orders in words, alike ones counted: "sleep 300 by foreman"."""
    counts = Counter((order.act.value, order.device) for order in orders)
    return tuple(f"{act} {count} by {device}" for (act, device), count in sorted(counts.items()))
