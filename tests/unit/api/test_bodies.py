"""What the bodies of the debug calls mean."""

import pytest
from pydantic import ValidationError

from services.api.bodies import Fans
from services.api.leases import told

ALL = {str(number): "auto" for number in range(1, 5)}


@pytest.mark.parametrize("text", ['{"stage": null}', '{"stage": "auto"}', '{"fans": null, "stage": null}'])
def test_a_stage_of_nothing_gives_every_fan_back(text: str) -> None:
    body = Fans.model_validate_json(text)
    assert (body.releases, body.wish()) == (True, {})


@pytest.mark.parametrize("text", ['{"stage": 0}', '{"stage": 9}', '{"fans": {"1": "auto"}}', '{"fans": null, "stage": 3}'])
def test_a_stage_or_a_single_fan_is_a_wish(text: str) -> None:
    assert not Fans.model_validate_json(text).releases


@pytest.mark.parametrize(
    "text", ["{}", '{"fans": null}', '{"fans": {"1": "on"}, "stage": 3}', '{"stage": 10}', '{"stage": "off"}']
)
def test_neither_or_both_are_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        Fans.model_validate_json(text)


def test_each_fan_of_the_site_given_back_is_all_of_them() -> None:
    assert Fans(fans=ALL).frees_all(4)
    assert not Fans(fans=ALL).frees_all(5)
    assert not Fans(fans={**ALL, "5": "on"}).frees_all(4)
    assert not Fans(stage=4).frees_all(4)
    assert not Fans(fans=ALL).frees_all(0)


@pytest.mark.parametrize("result", [{}, {"released": [3]}, {"id": "l1", "kind": "fans"}, {"done": "release"}])
def test_an_answer_that_is_no_lease_stays_as_it_is(result: dict[str, object]) -> None:
    assert told(result) == result


def test_a_lease_that_does_not_do_all_has_its_note_beside_it() -> None:
    made = {"id": "l1", "kind": "miners", "owner": "ann", "reason": "", "from_at": 0.0, "until_at": 60.0, "payload": "{}"}
    found = told(made | {"note": "2 of 3 loads stay asleep"})
    assert (found["note"], found["lease"]["until"]) == ("2 of 3 loads stay asleep", "1970-01-01T00:01:00.000Z")
