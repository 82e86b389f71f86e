"""A load, a group or a fan that was mistyped is a mistake of whoever typed; what the site has and is refused is not."""

from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from services.cli.main import app
from tests.unit.cli.fake_api import FakeApi, fake_api

LOADS = [
    {"name": "m-1", "group": "row-a", "pdu": "pdu-1", "outlet": 7},
    {"name": "m-2", "group": "row-b", "pdu": None, "outlet": None},
]


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with fake_api() as found:
        refused: list[tuple[int, Any]] = [(409, {"detail": "the controller says no"})]
        found.answers = {
            "POST /api/v1/requests/hold": refused,
            "POST /api/v1/requests/lockout": refused,
            "GET /api/v1/loads": [(200, {"loads": LOADS})],
            "GET /api/state": [(200, {"state": {"fans": [{"number": 1}, {"number": 2}]}})],
        }
        yield found


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("hold", "m-1", "row-z", "m-9"), "found 'row-z', 'm-9'; allowed: all, row-a, row-b, a load such as m-1"),
        (("hold", "fan-1"), "found 'fan-1'; allowed: all, "),
        (
            ("lockout", "fan-9"),
            "found 'fan-9'; allowed: fan-1, fan-2, row-a, row-b, a load such as m-1, the outlet of one such as pdu-1/7",
        ),
        (("lockout", "pdu-1/8"), "found 'pdu-1/8'"),
        (("lockout", "None/None"), "found 'None/None'"),
    ],
)
def test_what_the_site_has_not_is_a_mistake_with_what_is_allowed(api: FakeApi, words: tuple[str, ...], told: str) -> None:
    result = CliRunner().invoke(app, list(words), env=api.env())
    assert (result.exit_code, told in result.output) == (2, True), result.output


@pytest.mark.parametrize(
    "words", [("hold", "m-1", "row-b", "all"), ("lockout", "pdu-1/7"), ("lockout", "fan-2"), ("lockout", "m-2")]
)
def test_what_the_site_has_and_the_controller_refuses_stays_refused(api: FakeApi, words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, list(words), env=api.env())
    assert (result.exit_code, "the controller says no" in result.output) == (1, True), result.output


@pytest.mark.parametrize("loads", [(500, {"detail": "no"}), (200, {"loads": [{"name": "m-1"}]}), (200, [])])
def test_where_it_cannot_be_found_out_the_refusal_stands(api: FakeApi, loads: tuple[int, Any]) -> None:
    api.answers["GET /api/v1/loads"] = [loads]
    result = CliRunner().invoke(app, ["hold", "row-z"], env=api.env())
    assert (result.exit_code, "the controller says no" in result.output) == (1, True), result.output


def test_what_is_locked_out_and_no_longer_of_the_site_is_marked(api: FakeApi) -> None:
    rows = [{"target": name, "owner": "ann", "reason": "belt", "since_at": 1.0} for name in ("fan-2", "fan-9", "pdu-1/7")]
    api.answers["GET /api/state"] = [(200, {"state": {"fans": [{"number": 1}, {"number": 2}], "lockouts": rows}})]
    result = CliRunner().invoke(app, ["unlock"], env=api.env())
    assert [line.split("  since")[0] for line in result.output.splitlines()[1:]] == [
        "fan-2", "fan-9, no longer of this site", "pdu-1/7",
    ]  # fmt: skip
    api.answers["GET /api/v1/loads"] = [(500, {"detail": "no"})]
    assert "no longer" not in CliRunner().invoke(app, ["unlock"], env=api.env()).output, "nobody knows"
