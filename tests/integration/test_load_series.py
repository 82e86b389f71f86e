"""The load over time as the charts are told it: the meter's or the PDUs' sum, what is missing in it, and the target."""

from pathlib import Path

import pytest

from services.shared.settings import sections
from tests.integration.api_running import Running, running
from tests.unit.api.curtailment_records import Records

pytestmark = pytest.mark.asyncio
NOBODY = sections.Broker(host="127.0.0.1", port=1)
T0 = 1_800_000_000.0
TWO_PDUS = sections.Apis(pdu_ip=("10.0.0.1", "10.0.0.2"))


async def told(api: Running, seconds: float, buckets: int) -> dict[str, object]:
    answer = await api.get(f"/api/v1/series/load?from={T0:.0f}&to={T0 + seconds:.0f}&buckets={buckets}")
    assert answer.status == 200, answer.text
    return dict(answer.body)


async def test_the_load_is_the_sum_of_the_pdus_with_its_lowest_and_highest_and_the_target(tmp_path: Path) -> None:
    of = Records(tmp_path, T0)
    for after in range(0, 600, 5):
        of.read(after, "pdu-1", 100.0 + after % 10)
        of.read(after + 1, "pdu-2", 50.0)
    of.row(0, "normal", 150.0, 985.0)
    of.row(240, "curtailing", 150.0, 20.0)
    await of.stored()
    async with running(tmp_path, NOBODY) as api:
        found = await told(api, 600, 10)
        assert (found["measured_by"], found["meters"]) == ("PDUs", ["pdu-1/power", "pdu-2/power"])
        assert found["bucket_s"] == 60.0
        first = {
            "at": T0, "kw": 152.5, "lowest_kw": 150.0, "highest_kw": 155.0, "partial": False, "forced": False, "target_kw": 985.0
        }  # fmt: skip
        assert found["buckets"][0] == first  # type: ignore[index]
        assert [one["target_kw"] for one in found["buckets"]] == [985.0] * 4 + [20.0] * 5 + [None]  # type: ignore[attr-defined]


async def test_a_sum_without_one_of_its_meters_says_so_and_what_nobody_saw_has_no_bucket(tmp_path: Path) -> None:
    of = Records(tmp_path, T0)
    for after in range(0, 600, 5):
        of.read(after, "pdu-1", 100.0)
        if after < 200:
            of.read(after, "pdu-2", 50.0)
    await of.stored()
    async with running(tmp_path, NOBODY) as api:
        buckets = (await told(api, 1200, 120))["buckets"]
        assert isinstance(buckets, list)
        whole = [one["at"] - T0 for one in buckets if not one["partial"]]
        assert (whole[0], whole[-1]) == (0.0, 250.0), "a word counts for a minute"
        assert {one["kw"] for one in buckets if one["partial"]} == {100.0}
        assert buckets[-1]["at"] == T0 + 590.0, "nothing stands for what is not stored"


async def test_of_what_waits_to_be_stored_nothing_is_told_as_unknown(tmp_path: Path) -> None:
    """The target of that time is known already: rows of the records hold until the next."""
    of = Records(tmp_path, T0)
    for after in range(0, 300, 5):
        of.read(after, "pdu-1", 100.0)
    of.row(0, "normal", 100.0, 985.0)
    of.row(290, "normal", 100.0, 985.0)
    await of.stored()
    async with running(tmp_path, NOBODY) as api:
        buckets = (await told(api, 330, 55))["buckets"]
        assert isinstance(buckets, list)
        assert (buckets[-1]["at"] - T0, buckets[-1]["kw"], buckets[-1]["target_kw"]) == (294.0, 100.0, 985.0)


async def test_a_configured_pdu_that_was_silent_all_the_time_makes_the_sum_partial(tmp_path: Path) -> None:
    of = Records(tmp_path, T0)
    of.read(-86_400, "pdu-2", 50.0)
    for after in range(0, 600, 5):
        of.read(after, "pdu-1", 100.0)
    await of.stored()
    async with running(tmp_path, NOBODY, apis=TWO_PDUS) as api:
        buckets = (await told(api, 600, 10))["buckets"]
        assert isinstance(buckets, list)
        assert [one["partial"] for one in buckets] == [True] * len(buckets)
    async with running(tmp_path, NOBODY) as api:  # one that is no part of the site any more is not missed
        buckets = (await told(api, 600, 10))["buckets"]
        assert isinstance(buckets, list)
        assert not any(one["partial"] for one in buckets)


async def test_the_site_meter_counts_less_what_is_no_load_and_a_bad_reading_is_unknown(tmp_path: Path) -> None:
    of = Records(tmp_path, T0)
    for after in range(0, 100, 5):
        of.read(after, "iotawatt-1", None if after == 50 else 90_000.0, "site_total", "W")
    await of.stored()
    meter = sections.Meter(site_meter="iotawatt-1/site_total", base_kw=10)
    async with running(tmp_path, NOBODY, meter=meter) as api:
        found = await told(api, 100, 20)
        assert found["measured_by"] == "site meter"
        assert isinstance(found["buckets"], list)
        assert [one["at"] - T0 for one in found["buckets"]] == [after for after in range(0, 100, 5) if after != 50]
        assert {one["kw"] for one in found["buckets"]} == {80.0}


async def test_the_site_meter_is_found_whatever_its_case_and_of_a_renamed_series_only_the_newer_counts(tmp_path: Path) -> None:
    of = Records(tmp_path, T0)
    for after in range(-3600, 0, 5):
        of.read(after, "iotawatt-1", 50_000.0, "site_total", "W")
    for after in range(0, 100, 5):
        of.read(after, "iotawatt-1", 90_000.0, "Site_Total", "W")
    await of.stored()
    async with running(tmp_path, NOBODY, meter=sections.Meter(site_meter="iotawatt-1/site_total")) as api:
        found = await told(api, 100, 20)
        assert (found["measured_by"], found["meters"]) == ("site meter", ["iotawatt-1/Site_Total"])
        assert isinstance(found["buckets"], list)
        assert {(one["kw"], one["partial"]) for one in found["buckets"]} == {(90.0, False)}


async def test_without_meters_there_is_nothing_and_a_time_of_more_than_a_month_has_no_target(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY) as api:
        found = await told(api, 600, 10)
        assert (found["measured_by"], found["buckets"], found["target_known"]) == ("nothing", [], True)
        assert (await told(api, 33 * 86_400, 10))["target_known"] is False
        for query in ("", f"?from={T0}&to={T0}", f"?from={T0}&to={T0 + 1}&buckets=2001", "?from=x&to=1"):
            assert (await api.get(f"/api/v1/series/load{query}")).status == 422, query
