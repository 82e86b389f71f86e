"""How the twin's devices carry orders out: the answer first, the effect after their own time, and how faults bend either."""

from random import Random

import pytest

from services.controller.core.orders import Act, Order
from services.shared.vocabulary import CommandPhase
from services.simulator.twin.field import Answer, Field
from tests.unit.simulator.twin_site import Small


class Bench:
    """A field that one order goes to at second 0."""

    def __init__(self, *faults: str) -> None:
        self.small = Small(*faults)
        self.small.trouble.advance(0.0)
        parts = self.small
        self.field = Field(parts.plant, parts.limits, parts.premises, parts.trouble, Random(1))

    def send(self, device: str, act: Act, target: str, lease_s: float | None = None) -> None:
        self.field.send(Order(device, act, target, 300.0, lease_s), "1", 0.0, 300.0)

    def until(self, sim_s: float) -> tuple[Answer, ...]:
        while self.small.plant.now_s() < sim_s:
            at = min(sim_s, self.field.due_s())
            self.small.plant.step(at - self.small.plant.now_s())
            self.field.advance(at)
        return self.field.take_answers()

    def watts(self, miner: str) -> float:
        return self.small.plant.miner_watts(miner)


def test_foreman_acknowledges_long_before_the_watts_fall() -> None:
    bench = Bench()
    bench.send("foreman", Act.SLEEP, "m-0")
    assert [one.phase for one in bench.until(2.0)] == [CommandPhase.ACKNOWLEDGED]
    assert bench.watts("m-0") > 3000
    bench.until(180.0)
    assert bench.watts("m-0") < 100


@pytest.mark.parametrize("fault", ["foreman lies 00:00-01:00", "foreman pretends 00:00-01:00"])
def test_a_lie_is_acknowledged_and_nothing_sleeps(fault: str) -> None:
    bench = Bench(fault)
    bench.send("foreman", Act.SLEEP, "m-0")
    assert [one.phase for one in bench.until(300.0)] == [CommandPhase.ACKNOWLEDGED]
    assert bench.watts("m-0") > 3000


def test_a_refusal_names_the_time_for_another_try() -> None:
    bench = Bench("foreman refuses 00:00-01:00")
    bench.send("foreman", Act.SLEEP, "m-0")
    (answer,) = bench.until(300.0)
    assert (answer.phase, answer.again_s) == (CommandPhase.REFUSED, 15.0)
    assert bench.watts("m-0") > 3000


def test_a_lost_device_fails_the_order_when_patience_ends() -> None:
    bench = Bench("pdu lost on pdu-1 00:00-01:00")
    bench.send("pdu-1", Act.OUTLET_OFF, "m-0")
    assert bench.until(9.0) == ()
    assert [one.phase for one in bench.until(11.0)] == [CommandPhase.FAILED]
    assert bench.watts("m-0") > 3000


def test_a_late_pdu_acts_eight_seconds_later() -> None:
    bench = Bench("pdu late on pdu-1 00:00-01:00")
    bench.send("pdu-1", Act.OUTLET_OFF, "m-0")
    bench.until(5.0)
    assert bench.watts("m-0") > 3000
    bench.until(9.0)
    assert bench.watts("m-0") == 0


def test_a_fans_off_is_a_lease_that_lapses_by_itself() -> None:
    bench = Bench()
    bench.send("relay-1", Act.FAN_OFF, "fan-3", 130.0)
    bench.until(60.0)
    assert bench.small.plant.fan_watts(3) == 0
    bench.until(200.0)
    assert bench.small.plant.fan_watts(3) > 1000


def test_a_board_that_restarts_lets_its_fans_run() -> None:
    bench = Bench()
    bench.send("relay-1", Act.FAN_OFF, "fan-3", 3000.0)
    bench.until(60.0)
    bench.small.plant.reboot("relay-1")
    bench.field.board_fell("relay-1")
    bench.until(120.0)
    assert bench.small.plant.fan_watts(3) > 1000
    assert bench.field.due_s() == float("inf")
