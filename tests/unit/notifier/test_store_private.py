"""`alerts.db` names people and their numbers: nobody but its user reads it."""

import contextlib
import os
from pathlib import Path

import pytest

from services.notifier import tables


@pytest.mark.parametrize("from_before", [False, True], ids=["a new one", "one of an older version"])
def test_peoples_numbers_are_read_by_the_notifier_alone(tmp_path: Path, from_before: bool) -> None:
    path = tmp_path / "alerts.db"
    before = os.umask(0o022)
    try:
        if from_before:
            path.touch(0o644)
        with contextlib.closing(tables.connect(path)) as db:
            db.execute("INSERT INTO facts VALUES ('a', 'b')")
            modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("alerts.db", "alerts.db-wal", "alerts.db-shm"), 0o600)
