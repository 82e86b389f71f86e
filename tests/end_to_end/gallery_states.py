"""The states in which every panel of the page is looked at: the canned feeds, and those that no other test needs."""

from collections.abc import Callable, Mapping

from services.api import dashboard as d
from services.shared.messages import Lease, Limit
from services.shared.vocabulary import Control, LeaseKind, Level, LoadTarget, Mode, RuleKind
from tests.end_to_end.gallery_troubles import ASKED, silent, stale, tripped, unproven
from tests.end_to_end.page_feed import NOW, SINCE, curtailed, group, headline, load, normal, pdu, signal, trouble


def curtailing() -> d.Dashboard:
    """Half of it is off, two minutes after the utility asked."""
    figures = "612 kW of 985 kW still on, 26 kW unknown. Back at the earliest 18:49."
    return curtailed().model_copy(update={
        "headline": headline(
            "Safe. The load is coming off since 17:02: utility signal Control.", ASKED, figures=figures,
            tone="warning", curtailed=False, back_at=SINCE + 7_200,
        ),
        "mode": Mode.CURTAILING, "since_at": NOW - 120, "phase": "power_emergency",
        "load": load(612.0, 0.0, 26.0, ready_kw=602.0, interval_kw=640.0, interval_limit_kw=15.0, interval_ends_at=NOW + 420),
        "groups": (
            group("hall-a", 108, 0, 108), group("hall-b", 108, 92, 8, unknown=8, target=LoadTarget.SLEEP, tone="unknown"),
            group("hall-c", 84, 84, 0, target=LoadTarget.SLEEP),
        ),
        "pdus": tuple(pdu(f"pdu-{n}", 1.1 if n < 4 else 117.0 + n, 36) for n in range(1, 9)),
    })  # fmt: skip


def restoring() -> d.Dashboard:
    """The signal is over; it comes back in stages."""
    return normal().model_copy(update={
        "headline": headline("Safe. The load is coming back in stages.", "stage 2 of 5", tone="warning", curtailed=False),
        "mode": Mode.RESTORING, "since_at": NOW - 240, "phase": "restoring", "reasons": ("stage 2 of 5",),
        "load": load(356.0, 985.0, 0.0, setpoint_kw=394.0, ready_kw=340.0),
        "groups": (group("hall-a", 108, 108, 0), group("hall-b", 108, 0, 96, waking=12, target="mixed"),
                   group("hall-c", 84, 0, 84)),
        "pdus": tuple(pdu(f"pdu-{n}", 117.0 + n if n < 4 else 1.1, 36) for n in range(1, 9)),
    })  # fmt: skip


def forced() -> d.Dashboard:
    """A person tries the curtailment with a forced signal and a forced temperature."""
    base = curtailed()
    why = "forced signal control by Ruth: yearly test"
    leases = tuple(
        Lease(id=f"l{n}", kind=kind, owner="Ruth", reason="yearly test", from_at=SINCE, until_at=NOW + 900, payload=payload)
        for n, (kind, payload) in enumerate(((LeaseKind.POWER_SIGNAL, '{"level": "control"}'), (LeaseKind.TEMPERATURE, "{}")))
    )
    figures = "12 kW of 985 kW still on, within the meter's tolerance of 20 kW, 0 kW unknown."
    return base.model_copy(update={
        "headline": headline(f"Safe. Curtailed since 16:49: {why}.", why, figures=figures, curtailed=True, tolerance_kw=20.0),
        "forced": True, "leases": leases, "reasons": (why,),
        "signals": (signal(Level.NORMAL, effective=Level.CONTROL, target_kw=0.0, reason=why),),
        "sensors": (base.sensors[0].model_copy(update={"forced": True, "value": 33.0}), *base.sensors[1:]),
        "temperature": base.temperature.model_copy(update={"max_c": 33.0}),
        "limits": (Limit(rule="lease", kind=RuleKind.LEASE, scope="site", ceiling_kw=0.0, reason=why),),
    })  # fmt: skip


def observe() -> d.Dashboard:
    """It only looks: the utility asks, and nothing is switched."""
    asked, told = "Observing: the load would be coming off since 16:49: utility signal Control.", "Nothing is switched."
    figures = "978 kW of 985 kW still on, 0 kW unknown. Back at the earliest 18:49."
    todo = "Observing only: when what it would do is right, set control to armed in its settings and restart the controller."
    return normal().model_copy(update={
        "headline": headline(f"{asked} {told}", ASKED, figures=figures, sentence=f"{asked} {figures} {told}", tone="warning",
                             safe=None, curtailed=False, back_at=SINCE + 7_200, todo=(todo,)),
        "mode": Mode.CURTAILING, "control": Control.OBSERVE, "limited_by": "signal utility", "reasons": (ASKED,),
        "signals": (signal(Level.CONTROL, target_kw=0.0, raw_text="Full Load Control"),),
        "load": load(978.0, 0.0, 0.0, ready_kw=960.0),
        "would_do": ("hall-a: sleep 108 loads", "hall-b: sleep 108 loads", "hall-c: sleep 84 loads"),
    })  # fmt: skip


STATES: Mapping[str, tuple[str, Callable[[], d.Dashboard]]] = {
    "normal": ("Normal", normal),
    "curtailing": ("Curtailing", curtailing),
    "curtailed": ("Curtailed", curtailed),
    "unproven": ("Unproven", unproven),
    "restoring": ("Restoring", restoring),
    "tripped": ("Tripped", tripped),
    "stale": ("Stale", stale),
    "silent": ("Controller silent", silent),
    "offline": ("Offline", curtailed),
    "forced": ("Forced", forced),
    "observe": ("Observe", observe),
    "trouble": ("Much at once", trouble),
}
"""By its place in the address: what it is called, and its feed. Offline is a page that has lost the server."""
