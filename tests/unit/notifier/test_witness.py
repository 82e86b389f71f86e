"""What the notifier saw of the site, as the self-test asks for it."""

from dataclasses import dataclass, field, replace
from typing import Any

from services.notifier import alarms, answers
from services.notifier.message import Row, Text
from services.notifier.record import Receipt, Record
from services.notifier.self_test import Known
from services.notifier.witness import Surroundings, Witness
from services.shared.messages import ChannelHealth, DeviceHealth, Devices
from services.shared.settings.sections import Notifications
from services.shared.vocabulary import AlarmKind, HealthState
from tests.unit.notifier.test_heartbeat import state
from tests.unit.notifier.words import EMERGENCY, RULES, WALL_S, WARNING, Owner, at


@dataclass
class Way:
    """A channel's worker, as far as it is looked at."""

    rows: dict[int, Row] = field(default_factory=dict)
    delivered_at: float | None = None
    state: HealthState = HealthState.OK

    @property
    def health(self) -> ChannelHealth:
        return ChannelHealth(name="way", state=self.state, reason="", waiting=0, last_delivered_at=self.delivered_at)


def row(number: int, key: str, created_at: float, kind: AlarmKind = EMERGENCY) -> Row:
    return Row(number, "way", "42", kind, (key,), Text("", "", ""), created_at)


def known(witness: Witness, mono_s: float, *records: Record, **ways: Way) -> Known:
    around: Any = Surroundings(ways, records, (), None, None, None)  # type: ignore[arg-type]
    return witness.known(at(mono_s), around)


def told(key: str, *receipts: Receipt) -> Record:
    record = alarms.heard(None, Owner().says(key, kind=EMERGENCY), at(0), RULES)
    assert record is not None
    return replace(alarms.raised(record, ("way",), at(0)), receipts=receipts)


def devices(*states: HealthState, last_ok_mono_s: float | None = None) -> Devices:
    healths = tuple(
        DeviceHealth(device=f"pdu-{number}", kind="pdu", state=one, reason="", last_ok_mono_s=last_ok_mono_s, lost_since_at=None)
        for number, one in enumerate(states)
    )
    return Devices(devices=healths, source="controller", host_boot="this-boot")


def witness(**told: Any) -> Witness:
    return Witness(Notifications(**told), at(0))


def test_the_controller_is_known_by_its_last_decision_of_this_boot() -> None:
    one = witness()
    assert known(one, 1).decided_mono_s is None
    one.take_state(state(100, host_boot="another-boot"))
    assert known(one, 101).decided_mono_s is None
    one.take_state(state(100))
    assert known(one, 101).decided_mono_s == 100


def test_a_state_that_is_overtaken_says_nothing() -> None:
    one = witness()
    one.take_state(state(100).model_copy(update={"boot": "b", "seq": 7}))
    one.take_state(state(90).model_copy(update={"boot": "b", "seq": 6}))
    assert known(one, 101).decided_mono_s == 100


def test_what_the_controller_goes_by_is_what_was_heard() -> None:
    one = witness()
    one.take_state(state(100, measured_kw=None, temperature_mono_s=None))
    assert known(one, 101).heard_mono_s is None
    one.take_state(state(110))
    assert known(one, 111).heard_mono_s == 107, "when the meter was polled"
    one.take_state(state(120, measured_kw=None, temperature_mono_s=112.0))
    assert known(one, 121).heard_mono_s == 112, "when the hottest intake was polled, not when it was gone by"


def test_a_site_that_measures_nothing_for_its_controller_is_heard_by_its_devices() -> None:
    one = witness()
    assert not known(one, 1).measures
    one.take_devices(devices(HealthState.NOT_CONFIGURED))
    assert not known(one, 1).measures
    one.take_devices(devices(HealthState.LOST, HealthState.OK))
    assert (known(one, 60).measures, known(one, 60).heard_mono_s) == (True, 60)
    one.take_devices(devices(HealthState.LOST, last_ok_mono_s=45.0))
    assert known(one, 700).heard_mono_s == 45


def test_an_emergency_is_stuck_only_while_every_channel_has_yet_to_take_it() -> None:
    one = witness()
    telegram, email = Way({1: row(1, "smoke", WALL_S + 10)}), Way({2: row(2, "smoke", WALL_S + 12)})
    assert known(one, 10, telegram=telegram, email=email).emergency_waits_s == 0
    assert known(one, 700, telegram=telegram, email=email).emergency_waits_s == 690
    email.rows = {3: row(3, "other", WALL_S), 4: row(4, "smoke", WALL_S, WARNING)}
    assert known(one, 700, telegram=telegram, email=email).emergency_waits_s is None
    assert known(one, 700).emergency_waits_s is None


def test_a_clock_that_is_set_makes_no_emergency_wait_longer() -> None:
    one, way = witness(), Way({1: row(1, "smoke", WALL_S - 40_000)})
    assert known(one, 10, way=way).emergency_waits_s == 0
    way.rows = {1: row(1, "smoke", WALL_S + 40_000)}
    assert known(one, 70, way=way).emergency_waits_s == 60


def test_an_emergency_that_every_provider_refused_waits_until_somebody_has_it_or_has_seen_it() -> None:
    one, refused = witness(), Receipt("way", "way refused", delivered=False)
    assert known(one, 10, told("smoke")).emergency_waits_s is None, "without a channel there is nobody to take it"
    assert known(one, 10, told("smoke"), way=Way()).emergency_waits_s == 0
    assert known(one, 700, told("smoke", refused), way=Way()).emergency_waits_s == 690
    taken = told("smoke", refused, Receipt("way", "way accepted"))
    assert known(one, 710, taken, way=Way()).emergency_waits_s is None
    assert known(one, 720, told("smoke", refused), way=Way()).emergency_waits_s == 0
    seen = answers.acknowledged(told("smoke", refused), "anna", WALL_S + 9_000, at(721))
    assert known(one, 721, seen, way=Way()).emergency_waits_s is None


def test_a_channel_is_proved_when_it_takes_something_however_the_calendar_leaps() -> None:
    one, way = witness(), Way()
    assert known(one, 10, telegram=way).proved_mono_s is None
    way.delivered_at = 0.0
    assert known(one, 20, telegram=way).proved_mono_s == 20
    assert known(one, 30, telegram=way).proved_mono_s == 20
    way.delivered_at, way.state = 1e9, HealthState.LOST
    assert known(one, 40, telegram=way).proved_mono_s == 20


def test_how_long_a_proof_holds_follows_from_what_is_sent_by_itself() -> None:
    assert known(witness(), 0, telegram=Way()).prove_within_s == 86_400
    assert known(witness(heartbeat_minutes=1440), 0, telegram=Way()).prove_within_s == 3 * 86_400
    assert known(witness(), 0, email=Way()).prove_within_s == 8 * 86_400
    assert known(witness(channel_test=""), 0, email=Way()).prove_within_s is None
    assert known(witness(heartbeat_email=True), 0, email=Way()).prove_within_s == 86_400
    assert known(witness(), 0).prove_within_s is None
