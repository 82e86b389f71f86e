"""An archive whose sums are right and whose words are not is refused before anything is touched; by a look at it, too."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from services.backup import restoring
from services.backup.measure import measure
from services.backup.trouble import Trouble
from services.shared.backups import Kind
from services.shared.version import VERSION
from tests.unit.backup import site
from tests.unit.backup.crafted import Told, crafted


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """Of a site that stood tripped; one that is changed in nothing can be restored."""
    site.make(tmp_path, site.a_state(trips=["old-trip"]))
    made = site.take(tmp_path).path
    assert not restoring.verify(crafted(made), tmp_path / "look", "").fault
    return made


def refused(tmp_path: Path, bad: Path) -> str:
    """Why, by a look and by a restore, which touches nothing."""
    before = {path: path.read_bytes() for path in tmp_path.glob("*.*")} | {
        p: p.read_bytes() for p in (tmp_path / "data").glob("*.db")
    }
    try:
        looked = restoring.verify(bad, tmp_path / "look", "").fault
    except Trouble as why:
        looked = str(why)
    with pytest.raises(Trouble) as caught:
        site.bring_back(tmp_path, bad)
    assert looked and looked in str(caught.value)
    assert {path: path.read_bytes() for path in before} == before
    assert not list(tmp_path.rglob("*before-restore*"))
    return looked


def say(name: str, value: object, told: Told) -> None:
    told[name] = value


def say_of_first(name: str, value: object, told: Told) -> None:
    told["members"][0][name] = value


@pytest.mark.parametrize(
    "name",
    ["a\0b", ".", "..", "", "x" * 400, "../data/ledger.db", "/etc/loads.csv", "a/b.csv", "config.txt", "ledger.db", "\ud800"],
)
def test_a_table_of_loads_that_is_no_plain_file_name_is_refused(tmp_path: Path, backup: Path, name: str) -> None:
    assert "not the plain name of a file" in refused(tmp_path, crafted(backup, partial(say, "loads_file", name)))


def test_a_table_of_loads_that_lies_elsewhere_comes_back_beside_the_configuration(tmp_path: Path) -> None:
    site.make(tmp_path)
    (tmp_path / "tables").mkdir()
    (tmp_path / "loads.csv").rename(tmp_path / "tables" / "mine.csv")
    backup = site.take(tmp_path, MINE_DATA_LOADS_FILE="tables/mine.csv").path
    site.bring_back(tmp_path, backup)
    assert (tmp_path / "mine.csv").read_text() == (tmp_path / "tables" / "mine.csv").read_text()


@pytest.mark.parametrize("kind", [Kind.HOURLY, Kind.DAILY])
def test_one_without_the_ledger_does_not_come_back_as_a_site_without_trips(tmp_path: Path, kind: Kind) -> None:
    site.make(tmp_path)
    bad = crafted(site.take(tmp_path, kind).path, without="ledger.db")
    assert refused(tmp_path, bad).startswith("there is no ledger.db in the archive")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (partial(say_of_first, "size", float("inf")), "cannot be read"),
        (partial(say_of_first, "size", -1), "cannot be read"),
        (partial(say_of_first, "tables", {"state": [float("inf"), ""]}), "cannot be read"),
        (partial(say, "at", float("nan")), "cannot be read"),
        (partial(say, "at", 1e300), "cannot be read"),
        (partial(say, "kind", "weekly"), "cannot be read"),
        (partial(say, "version", "9.0"), f"made by version 9.0, this is {VERSION}"),
        (partial(say, "version", "new"), "cannot be read"),
        (partial(say_of_first, "schema", "7"), "ledger.db: its schema is 0, and the manifest tells of '7'"),
    ],
)
def test_what_no_manifest_of_ours_says_is_refused_plainly(
    tmp_path: Path, backup: Path, change: Callable[[Told], None], words: str
) -> None:
    assert words in refused(tmp_path, crafted(backup, change))


def _newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version=99")


@pytest.mark.parametrize("name", ["ledger.db", "alerts.db"])
def test_a_database_of_a_newer_schema_is_refused_and_both_are_named(tmp_path: Path, backup: Path, name: str) -> None:
    why = refused(tmp_path, crafted(backup, **{name.replace(".", "_"): _newer}))
    assert why == f"{name}: its schema is 99, and this program reads 0: it is of a newer version"


@pytest.mark.parametrize("state", ["{}", '{"phase":"running","started":null}', "[]", "5", "[" * 100_000, "garbage"], ids=range(6))
def test_a_state_without_the_parts_that_the_controller_writes_is_no_backup(tmp_path: Path, backup: Path, state: str) -> None:
    found: Told = {}

    def emptied(path: Path) -> None:
        with closing(sqlite3.connect(path)) as db:
            db.execute("UPDATE state SET document = ?", (state,))
            db.commit()
            found.update(measure(db))

    bad = crafted(backup, lambda told: say_of_first("tables", found, told), ledger_db=emptied)
    assert re.match(r"ledger\.db: (its state cannot|of its state could not) be read", refused(tmp_path, bad))


def test_a_look_needs_no_folder_that_can_be_written(tmp_path: Path, backup: Path) -> None:
    (tmp_path / "no-folder").write_text("")
    assert not restoring.verify(backup, tmp_path / "no-folder" / "backups", "").fault
