"""Feeders, schedules and zones of fans: what is not a mistake but hardly meant is a warning."""

from pathlib import Path

import pytest

from services.shared.settings import SettingsError, load
from services.shared.settings.tree import Settings

LOADS = "name,kind,group,zone,kW,priority,foreman_id,pdu,outlet\na,outlet,Row-A,east,30,1,,1,1\nb,outlet,row-b,west,10,1,,2,1\n"
APIS = "[APIS]\npdu_ip = 10.0.0.1, 10.0.0.2\n"


def loaded(folder: Path, text: str, loads: str = LOADS) -> Settings:
    (folder / "config.txt").write_text(APIS + text)
    (folder / "loads.csv").write_text(loads)
    return load(folder / "config.txt", env={})


def test_feeders_and_schedules_are_read_by_their_names_in_any_case(tmp_path: Path) -> None:
    text = (
        "[FEEDER North]\nlimit_kw = 500\nmembers = PDU-1, row-a, WEST\n[SCHEDULE summer]\nbegins = 14:00\nends = 2:00\nkw = 90\n"
    )
    settings = loaded(tmp_path, text)
    assert settings.feeders["north"].members == ("PDU-1", "row-a", "WEST")
    assert settings.schedules["summer"].days == ("mon", "tue", "wed", "thu", "fri")
    assert (settings.schedules["summer"].kw, settings.warnings) == (90.0, ())


def test_the_environment_may_set_a_feeders_limit(tmp_path: Path) -> None:
    (tmp_path / "config.txt").write_text(APIS + "[FEEDER north]\nmembers = pdu-1\n")
    settings = load(tmp_path / "config.txt", env={"MINE_FEEDER_NORTH_LIMIT_KW": "70"})
    assert settings.feeders["north"].limit_kw == 70


def test_a_feeder_that_cannot_carry_its_largest_load_is_a_warning_and_one_with_room_is_none(tmp_path: Path) -> None:
    text = "[FEEDER small]\nlimit_kw = 20\nmembers = east\n[FEEDER large]\nlimit_kw = 900\nmembers = east, west\n"
    assert loaded(tmp_path, text).warnings == (
        "config.txt line 4: [FEEDER small] limit_kw is 20 kW, less than its load a alone (30 kW): that load never runs",
    )


def test_a_feeder_without_loads_is_a_warning(tmp_path: Path) -> None:
    (warning,) = loaded(
        tmp_path, "[FEEDER spare]\nlimit_kw = 20\nmembers = pdu-2\n", LOADS.replace("b,outlet", "#b,outlet")
    ).warnings
    assert warning == "config.txt line 4: [FEEDER spare] has no load behind it: it limits nothing"


def test_a_mistake_of_a_load_is_not_told_again_as_one_of_its_feeder(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, "[FEEDER yard]\nlimit_kw = 20\nmembers = yard\n", LOADS + "c,outlet,yard,yard,many,1,,2,2\n")
    assert [problem.what for problem in caught.value.problems] == ["column kw"]


def test_fans_whose_zone_has_no_load_and_loads_without_a_fan_are_warnings(tmp_path: Path) -> None:
    text = "[FANS]\ncount = 2\nzones = east, wset\n"
    assert loaded(tmp_path, text).warnings == (
        "config.txt line 5: [FANS] zones names wset, where no load stands; zones of the loads: east, west",
        "config.txt line 5: [FANS] zones names no fan for zone west, where loads stand",
    )
    assert loaded(tmp_path, "[FANS]\ncount = 2\nzones = east, west\n").warnings == ()
