"""What was asked for is known for a day, and ends as it ended."""

import pytest

from services.api.asked import KEPT, KEPT_S, Asked, Register, Wish
from services.api.requests import Requests
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.messages import ANOTHER_REQUEST, Reply
from services.shared.settings.sections import Broker, Ops


def a_wish(name: str = "reset", *, key: str = "", person: str = "ann", reason: str = "") -> Wish:
    return Wish(name, "reset", {"trip": "stop"}, f"{person} (session, 10.0.0.7)", reason, person, key)


def asked(request_id: str = "r-1", at_s: float = 0.0) -> Asked:
    return Asked(request_id, a_wish(), 1000.0, 1010.0, at_s, at_s + 15.0)


def a_reply(*, accepted: bool = True, result: str = "{}") -> Reply:
    return Reply(request_id="r-1", accepted=accepted, reason="done" if accepted else "no", result=result)


@pytest.mark.asyncio
async def test_a_request_waits_expires_and_is_done_all_the_same_when_its_answer_comes_late() -> None:
    one = asked()
    assert one.view(14.0).state == "waiting"
    assert one.view(15.0).state == "expired"
    assert not await one.wait(0.0)
    one.settle(a_reply(result='{"id": "l1"}'))
    assert await one.wait(0.0)
    assert (one.view(99.0).state, one.view(99.0).result) == ("done", {"id": "l1"})


def test_the_first_answer_counts() -> None:
    one = asked()
    one.settle(a_reply(accepted=False))
    one.settle(a_reply())
    assert (one.view(1.0).state, one.view(1.0).reason, one.view(1.0).result) == ("refused", "no", None)


@pytest.mark.parametrize("result", ["{", "NaN", "[" * 100_000])
def test_an_answer_that_cannot_be_read_is_done_and_says_so(result: str) -> None:
    one = asked()
    one.settle(a_reply(result=result))
    assert (one.view(1.0).state, one.view(1.0).result) == ("done", None)
    assert "cannot be read" in one.view(1.0).reason


def test_the_register_forgets_the_oldest_and_what_is_a_day_old() -> None:
    register = Register()
    for number in range(KEPT + 1):
        register.add(asked(f"r-{number}", at_s=float(number)))
    assert register.get("r-0", 0.0) is None
    assert register.get("r-1", KEPT_S) is not None
    assert register.get("r-1", KEPT_S + 1.0) is None
    assert [one.id for one in register.newest(2, 1000.0)] == [f"r-{KEPT}", f"r-{KEPT - 1}"]


def test_a_key_is_one_request_of_one_person_and_another_body_is_another_wish() -> None:
    assert a_wish(key="key-00001").id == a_wish(key="key-00001", reason="other").id
    assert a_wish(key="key-00001").id != a_wish(key="key-00001", person="ben").id
    assert a_wish().id != a_wish().id
    assert a_wish(key="key-00001").digest != a_wish(key="key-00001", reason="other").digest
    assert a_wish("curtail").digest != a_wish("lease").digest


@pytest.mark.asyncio
async def test_a_key_that_was_another_requests_before_the_restart_is_still_that_ones() -> None:
    clock = Clock("yes")
    requests = Requests(Bus(Broker(), service="api", site="x", clock=clock), clock, Ops(), None, stopped=lambda _: None)  # type: ignore[arg-type]
    one = asked(at_s=clock.now().mono_s)
    requests.register.add(one)
    requests.take_reply(Reply(request_id="r-1", accepted=False, reason=ANOTHER_REQUEST), None)  # type: ignore[arg-type]
    assert one.accepted is False and requests.register.get("r-1", 0.0) is None
