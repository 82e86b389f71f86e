"""A site that nobody reads any more is not called safe for longer than three polls and a deadline take."""

from typing import Any

from services.api import feed
from services.api.dashboard import Dashboard
from services.api.image import Image
from services.api.signs import SERVICE_SILENT_S
from services.shared.bus import Foreign
from services.shared.messages import DeviceHealth, Devices, FanView, Presence, Reading, State, ping_topic
from services.shared.settings import sections
from services.shared.settings.tree import Settings
from services.shared.vocabulary import HealthState, Mode, PowerState, Proof, Quality
from tests.integration.api_running import state
from tests.unit.api.builders import HandClock

SETTINGS = Settings(apis=sections.Apis(pdu_ip=("a", "b"), iotawatt_ip=("c",)))
TOLD_BY: dict[str, Any] = {"host_boot": "this-boot", "boot": "b"}
DEADLINES_S = {"pdu-1": ("snmp_pdu", 10.0), "pdu-2": ("snmp_pdu", 10.0), "iotawatt-1": ("iotawatt", 10.0)}
POLL_S = 5.0
BLIND_AFTER_S = 25.0


class Site:
    """All of it was read at 1000 s. The controller goes on telling what it was told last, as it does within its own limits."""

    def __init__(self, settings: Settings = SETTINGS) -> None:
        self.settings = settings
        self.clock = HandClock()
        self.image = Image(settings, self.clock)
        healths = (
            DeviceHealth(
                device=name, kind=kind, state=HealthState.OK, reason="", last_ok_mono_s=1000.0, lost_since_at=None,
                due_s=POLL_S + deadline_s,
            )
            for name, (kind, deadline_s) in DEADLINES_S.items()
        )  # fmt: skip
        self.image.take_devices(Devices(source="controller", devices=tuple(healths), **TOLD_BY))
        for pdu in ("pdu-1", "pdu-2"):
            self.polls(pdu)

    def polls(self, pdu: str) -> None:
        now = self.clock.now()
        self.image.take_reading(
            Reading(
                source="controller", device=pdu, quantity="power", value=120.0, unit="kW", quality=Quality.GOOD,
                poll_started_mono_s=now.mono_s, measured_at=now.wall_s, **TOLD_BY,
            )
        )  # fmt: skip

    def after(self, seconds: float) -> Dashboard:
        self.clock.leap(1000.0 + seconds - self.clock.now().mono_s)
        self.image.take_state(self.said())
        return feed.build(self.image, self.settings, broker_connected=True, history="")

    def said(self) -> State:
        fan = FanView(
            number=1, commanded=PowerState.ON, running=PowerState.ON, proven=Proof.PROVEN, watts=400.0, read_mono_s=1000.0,
            locked_out=False, reason="",
        )  # fmt: skip
        base = state(Mode.NORMAL, decided_mono_s=self.clock.now().mono_s, fans=(fan,), signals=(), **TOLD_BY)
        load = {"measured_kw": 240.0, "measured_mono_s": 1000.0, "unknown_kw": 0.0}
        return base.model_copy(update={"load": base.load.model_copy(update=load)})


def test_when_all_devices_hang_the_load_and_the_fans_are_unknown_long_before_the_controller_gives_them_up() -> None:
    site = Site()
    assert site.after(BLIND_AFTER_S - 1).headline.safe
    found = site.after(BLIND_AFTER_S + 0.1)
    assert found.headline.sentence.startswith("Not known to be safe: the load is not read; no fan is proven to run.")
    assert (found.headline.safe, found.load.stale, found.load.stale_after_s) == (None, True, BLIND_AFTER_S)


def test_one_pdu_that_hangs_makes_the_load_unknown_no_sooner_than_configured() -> None:
    site = Site()
    for seconds in range(5, 60, 5):
        site.after(seconds)
        site.polls("pdu-2")
    found = site.after(59.0)
    assert (found.load.stale, found.load.stale_after_s) == (False, SETTINGS.power.meter_max_age_seconds)


def test_a_shorter_configured_age_holds_and_a_quick_device_has_its_seconds() -> None:
    tight = Settings(apis=SETTINGS.apis, power=sections.Power(meter_max_age_seconds=12), pdu=sections.Pdu(poll_seconds=1))
    assert Site(tight).after(12.1).load.stale_after_s == 12
    quick = Settings(apis=SETTINGS.apis, pdu=sections.Pdu(poll_seconds=0.2), iotawatt=sections.Iotawatt(poll_seconds=0.2))
    assert Site(quick).after(30.0).load.stale_after_s == 15.4


def test_a_notifier_that_hangs_is_silent_within_seconds_and_its_alarms_are_unknown() -> None:
    site = Site()
    site.image.signs.take_presence(Presence(source="notifier", state="online", version="1", boot="n"))
    for seconds in range(0, 60, 5):
        site.after(seconds)
        heard_s = site.clock.now().mono_s
        site.image.signs.take_ping(
            Foreign(ping_topic("demo", "notifier-n"), b"{}", heard_s, retained=False, first_since_connect=False)
        )
    states = {seconds: site.after(55 + seconds).services[-1] for seconds in (SERVICE_SILENT_S, SERVICE_SILENT_S + 0.1)}
    assert [(one.name, one.state) for one in states.values()] == [("notifier", "online"), ("notifier", "unknown")]
    assert (
        site.after(70)
        .headline.todo[0]
        .startswith("The notifier is silent, and nobody is told of alarms: it is started again by itself")
    )
