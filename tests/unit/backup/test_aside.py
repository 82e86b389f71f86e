"""What lay there before a restore: told of at its end, and never more than two of each file."""

from dataclasses import replace
from pathlib import Path

from services.backup import restoring, told
from tests.unit.backup import site


def test_four_restores_leave_two_copies_of_each_file_and_say_what_may_be_deleted(tmp_path: Path) -> None:
    site.make(tmp_path)
    backup, target = site.take(tmp_path).path, site.where(tmp_path, site.settings(tmp_path))
    (tmp_path / "data" / "ledger.db.before-restore-mine").write_text("another's own")
    for hour in range(4):
        now = replace(site.NOW, wall_s=site.AT + 3600.0 * hour)
        done = restoring.restore(backup, target, target.first, now, "")[1]
    for name in ("ledger.db", "alerts.db", "mine_data.db"):
        left = sorted(path.name for path in (tmp_path / "data").glob(f"{name}.before-restore-2*"))
        assert left == [f"{name}.before-restore-20261118T{hour}0640Z" for hour in ("13", "14")]
    assert (tmp_path / "data" / "ledger.db.before-restore-mine").exists()
    lines = list(told.restored_lines(done))
    assert any("delete *.before-restore-* when all is well" in line for line in lines)
    assert "  removed ledger.db.before-restore-20261118T120640Z, of an earlier restore" in lines


def test_what_lay_there_just_now_is_kept_whatever_the_clock_says(tmp_path: Path) -> None:
    site.make(tmp_path)
    backup, target = site.take(tmp_path).path, site.where(tmp_path, site.settings(tmp_path))
    for at in (site.AT, site.AT + 60, site.AT + 60, 60.0):
        done = restoring.restore(backup, target, target.first, replace(site.NOW, wall_s=at), "")[1]
    assert all(path.exists() for path in done.aside)
    left = sorted(path.name for path in (tmp_path / "data").glob("alerts.db.before-restore-*"))
    assert left == ["alerts.db.before-restore-19700101T000100Z", "alerts.db.before-restore-20261118T110740Z.2"]
