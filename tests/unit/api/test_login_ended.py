"""Logins that were logged out are kept in a small file of their owner's alone."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from services.api.login import ended
from services.api.login.ended import Ended

pytestmark = pytest.mark.asyncio


async def test_a_restart_knows_what_was_logged_out_and_forgets_what_is_over(tmp_path: Path) -> None:
    path = tmp_path / "data" / "ended-logins.json"
    now, before = time.time(), Ended(path)
    before.add("over", now - 1)
    before.add("lives", now + 60)
    await asyncio.gather(*(before.keep() for _ in range(3)))
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["ended-logins.json"]
    after = Ended(path)
    assert ("lives" in after, "over" in after, "another" in after) == (True, False, False)


async def test_there_is_a_bound_and_those_that_end_last_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ended, "MOST", 3)
    held, now = Ended(tmp_path / "ended.json"), time.time()
    for number in (5, 1, 4, 2, 3):
        held.add(str(number), now + 60 + number)
    assert [number for number in range(1, 6) if str(number) in held] == [3, 4, 5]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"a": "b"}', b'{"a": NaN}', b'{"a": 1e999}', b"[" * 200_000])
async def test_a_file_that_cannot_be_read_is_told_and_written_anew(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "ended.json"
    path.write_bytes(content)
    held = Ended(path)
    assert "cannot be read" in caplog.text
    held.add("a", time.time() + 60)
    await held.keep()
    assert "a" in Ended(path)


async def test_a_card_that_refuses_is_told_and_the_logout_counts_until_the_restart(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text(json.dumps({}))
    held = Ended(tmp_path / "file" / "ended.json")
    held.add("a", time.time() + 60)
    await held.keep()
    assert "a" in held
    assert "will not know of a logout" in caplog.text
