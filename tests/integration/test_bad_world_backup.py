"""Backups on a card that fills while one is written, and under a clock that is wrong: what is good stays."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from services.backup.keeping import over
from services.shared.backups import Archive, archives, due
from services.shared.settings.sections import Backup
from tests.end_to_end.whole_site import ROOT
from tests.integration.bad_world import Card, Namespace, needs
from tests.unit.backup import site as backed

HOUR_S, YEAR_1970, YEAR_2099 = 3600.0, 120.0, 4_070_908_800.0


@needs("unshare", "--mount", "true", why="only root may mount a card of its own")
def test_a_card_that_fills_in_a_backup_leaves_no_half_one_and_the_one_before(tmp_path: Path) -> None:
    backed.make(tmp_path)
    namespace = Namespace()
    card = Card(namespace, tmp_path / "card", 8)

    env = {**os.environ, "PYTHONPATH": str(ROOT)}

    def taken(full_at: str = "never") -> str:
        command = [*namespace.around, sys.executable, "-m", "tests.integration.bad_backup", str(tmp_path), str(tmp_path / "card")]
        return subprocess.run([*command, full_at], env=env, capture_output=True, text=True, check=True).stdout

    try:
        assert taken() == ""
        (before,) = archives(card.folder / "backups", "north")
        was = (card.folder / "backups" / before.name).read_bytes()
        for step in ("copying", "packing", "checking"):
            assert taken(step), f"full while {step}: it is told"
            left = {path.name for path in (card.folder / "backups").iterdir()}
            assert not [name for name in left if name.endswith(".half") or name == ".scratch"], step
            assert archives(card.folder / "backups", "north")[0] == before
            assert (card.folder / "backups" / before.name).read_bytes() == was, step
            (card.folder / "full").unlink()
        assert taken() == "", "the next one, when there is room"
    finally:
        namespace.end()


def test_a_clock_that_leaps_by_decades_costs_no_backup_that_is_good() -> None:
    section, kept, made = Backup(), set[int](), list[Archive]()
    good_s = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
    days = [(good_s + n * 24 * HOUR_S, True) for n in range(40)]
    after = good_s + 41 * 24 * HOUR_S
    leaps = [(YEAR_1970 + n, False) for n in range(5)] + [
        (YEAR_2099, True),
        (after, True),
        (YEAR_1970, False),
        (after + HOUR_S, True),
    ]
    for at, trusted in days + leaps:
        kind = due(made, at, trusted=trusted)
        if kind is not None:
            made.append(Archive(len(made) + 1, "north", at, kind))
        if at == days[-1][0]:
            kept = {one.number for one in stays(made, section) if one.kind.is_full}
    left = {one.number for one in stays(made, section)}
    assert len(kept - left) <= 2, "two leaps are worth two days at most"
    assert [one.kind for one in made[-9:] if one.at < good_s and one.kind.is_full] == [], "1970 makes no full one"
    assert made[-1].at >= after


def stays(made: list[Archive], section: Backup) -> list[Archive]:
    gone = over(made, section)
    return [one for one in made if one not in gone]
