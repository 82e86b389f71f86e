"""Curtailments over the API: listed, told, as CSV; for who may look, and with nobody named to who is not known."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from services.shared.settings import sections
from tests.integration.api_running import Answer, running
from tests.integration.test_api import is_problem
from tests.unit.api.curtailment_records import T0, Records, inputs, utility_event

pytestmark = pytest.mark.asyncio
NOBODY = sections.Broker(host="127.0.0.1", port=1)
ANN = "ann (session, 192.168.1.7)"


async def recorded(folder: Path, story: Callable[[Records], None]) -> None:
    of = Records(folder)
    story(of)
    await of.stored()


def held(of: Records) -> None:
    of.turn(0, "starting", "normal")
    wish = {"id": "l-1", "kind": "power_signal", "level": "control", "minutes": 60}
    of.event(100, "audit", f"lease by {ANN}: done", who=ANN, reasons=("Benedikt asked",), detail=json.dumps(wish))
    ceiling = {"rule": "lease", "scope": "site", "kw": 0.0}
    of.turn(100, "normal", "curtailing", f"forced signal control by {ANN}: dust", detail=inputs(ceiling))
    of.turn(700, "curtailing", "normal")


async def test_a_curtailment_is_listed_told_and_exported(tmp_path: Path) -> None:
    await recorded(tmp_path, utility_event)
    async with running(tmp_path, NOBODY) as api:
        listed = (await api.get("/api/v1/curtailments")).body
        (one,) = listed["curtailments"]
        assert listed["more"] is False
        assert (one["from_at"], one["target_kw"], one["confirmed_s"]) == (T0 + 3600, 20.0, 90.0)
        told = (await api.get(f"/api/v1/curtailments/{one['id']}")).body
        assert told["curtailment"] == one
        assert (told["curve"]["measured_by"], told["curve"]["meters"]) == ("PDUs", ["pdu-1/power", "pdu-2/power"])
        answer = await api.get(f"/api/v1/curtailments/{one['id']}.csv")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="curtailment-{one["id"]}.csv"'
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert any(row["event"].startswith("Curtailed") for row in rows)
        chosen = await api.get(f"/api/v1/curtailments?from={T0 + 20_000}&to={T0 + 30_000}&limit=1")
        assert chosen.body == {"curtailments": [], "more": False, "timezone": listed["timezone"]}


async def test_what_is_no_curtailment_no_number_or_no_time_is_a_problem(tmp_path: Path) -> None:
    await recorded(tmp_path, utility_event)
    async with running(tmp_path, NOBODY) as api:
        for path, status in (
            ("/api/v1/curtailments/1", 404), ("/api/v1/curtailments/1.csv", 404), ("/api/v1/curtailments/99999999", 404),
            ("/api/v1/curtailments/0", 422), ("/api/v1/curtailments/x", 422), ("/api/v1/curtailments/x.csv", 422),
            ("/api/v1/curtailments?limit=0", 422), ("/api/v1/curtailments?limit=101", 422),
            ("/api/v1/curtailments?from=soon", 422), ("/api/v1/curtailments?from=20&to=10", 422),
            (f"/api/v1/curtailments/{2**60}", 422),
        ):  # fmt: skip
            is_problem(await api.get(path), status)


async def test_who_looks_without_a_login_is_told_of_no_person(tmp_path: Path) -> None:
    await recorded(tmp_path, held)
    async with running(tmp_path, NOBODY) as api:
        (one,) = (await api.get("/api/v1/curtailments")).body["curtailments"]
        paths = ("/api/v1/curtailments", f"/api/v1/curtailments/{one['id']}", f"/api/v1/curtailments/{one['id']}.csv")
        free = [await api.get(path) for path in paths]
        assert [name for answer in free for name in ("ann ", "192.168.1.7", "Benedikt") if name in answer.text] == []
        assert all("a person" in answer.text for answer in free)
        known = await api.get(paths[1], base=api.debug)
        assert ANN in known.text and [line["who"] for line in known.body["timeline"] if line["kind"] == "act"] == [ANN]


async def test_where_only_who_is_known_may_look_the_page_leads_to_the_login(tmp_path: Path) -> None:
    await recorded(tmp_path, utility_event)
    async with running(tmp_path, NOBODY, api={"view": "login"}) as api:
        is_problem(await api.get("/api/v1/curtailments"), 401)
        is_problem(await api.get("/api/v1/curtailments/2.csv"), 401)
        page: Answer = await api.get("/event.html?id=2", allow_redirects=False)
        assert page.status == 303 and page.headers["Location"].startswith("/login")
