"""Passwords, tokens, logins, and how often somebody may try."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from services.api.login import access_file, hashes
from services.api.login.access_file import Access, PersonRecord, TokenRecord
from services.api.login.ended import Ended
from services.api.login.people import AT_ONCE, MOST_WAITING, Busy, People
from services.api.login.person import Role
from services.api.login.rates import MOST_BUCKETS, Rates, household
from services.api.login.sessions import Sessions, key_in

KEY = b"k" * 32


def ann(password: str = "four words in a row", role: Role = Role.OPERATOR) -> PersonRecord:
    return PersonRecord(name="ann", role=role, password=hashes.of_password(password), made_at=1.0)


def ended(folder: Path) -> Ended:
    return Ended(folder / "ended-logins.json")


def written(path: Path, *people: PersonRecord, tokens: tuple[TokenRecord, ...] = ()) -> Path:
    partial = path.with_name("partial")
    partial.write_text(Access(people=people, tokens=tokens).text())
    partial.rename(path)
    return path


def test_a_password_is_kept_as_a_salted_hash_that_only_it_fits() -> None:
    one, other = hashes.of_password("four words in a row"), hashes.of_password("four words in a row")
    assert one != other
    assert "four" not in one
    assert hashes.fits("four words in a row", one)
    assert not hashes.fits("four words in a roW", one)
    assert not hashes.fits("\ud800", one)


@pytest.mark.parametrize(
    "record",
    [
        "", "plain", "scrypt$16384$8$1$c2FsdHNhbHRzYWx0$x", f"scrypt$9999999$8$1${'a' * 24}${'a' * 43}=",
        f"scrypt$3$8$1${'a' * 24}${'a' * 43}=",
    ],
)  # fmt: skip
def test_a_record_that_is_none_or_costs_too_much_is_refused(record: str) -> None:
    with pytest.raises(ValueError, match="allowed"):
        hashes.checked(record)


def test_checking_a_password_takes_16_mb_and_an_unknown_name_takes_as_long() -> None:
    assert 128 * hashes.BLOCK * hashes.COST == 16 * 2**20
    nobody = hashes.of_nobody()
    assert hashes.checked(nobody).split("$")[:4] == hashes.of_password("x").split("$")[:4]
    assert not hashes.fits("", nobody)


@pytest.mark.asyncio
async def test_the_file_is_read_again_when_it_changes_and_broken_or_gone_it_lets_nobody_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.api.login.people._LOOK_S", 0.0)
    path = tmp_path / "access.json"
    people = People(path)
    assert "No such file" in str(people.not_ready)
    written(path, ann())
    assert people.person("ann") is not None
    assert people.reason == ""
    assert await people.with_password("ann", "four words in a row") is not None
    assert await people.with_password("ann", "wrong") is None
    assert await people.with_password("bob", "four words in a row") is None
    for broken in ("{", "[]", json.dumps({"people": [{"name": "ann"}]}), "x" * 2_000_000, json.dumps({"surprise": 1})):
        path.write_text(broken)
        assert people.person("ann") is None
        assert people.not_ready
        assert await people.with_password("ann", "four words in a row") is None
    written(path, ann(), ann())
    assert "twice" in str(people.not_ready)
    written(path, ann())
    assert people.person("ann") is not None
    path.unlink()
    assert people.person("ann") is None


def test_a_change_of_the_file_is_a_line_of_the_log_without_its_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "services.api.login")
    monkeypatch.setattr("services.api.login.people._LOOK_S", 0.0)
    people, first = People(written(tmp_path / "access.json", ann())), ann()
    written(tmp_path / "access.json", first, first.model_copy(update={"name": "bob"}))
    assert people.person("bob") is not None
    assert caplog.messages == ["access.json changed: 2 people, 0 tokens"]


def test_what_is_wrong_in_the_file_is_told_without_its_secrets(tmp_path: Path) -> None:
    path = tmp_path / "access.json"
    path.write_text(json.dumps({"people": [{"name": "ann", "role": "operator", "password": "in-plain-text", "made_at": 1}]}))
    assert "in-plain-text" not in People(path).reason
    assert "password" in People(path).reason


def test_only_the_hash_of_a_token_is_kept_and_only_the_token_finds_it(tmp_path: Path) -> None:
    token = hashes.new_token()
    record = TokenRecord(name="logger", role=Role.VIEWER, sha256=hashes.of_token(token), made_at=1.0)
    path = written(tmp_path / "access.json", tokens=(record,))
    assert token not in path.read_text()
    people = People(path)
    assert people.token(token) == record
    assert people.token(token + "x") is None
    assert people.token(record.sha256) is None


@pytest.mark.asyncio
async def test_no_more_passwords_are_checked_at_once_than_memory_is_meant_for(tmp_path: Path) -> None:
    people = People(written(tmp_path / "access.json", ann()))
    asked = [asyncio.create_task(people.with_password("ann", "wrong")) for _ in range(AT_ONCE + MOST_WAITING + 5)]
    ends = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(end, Busy) for end in ends) == 5


@pytest.mark.asyncio
async def test_the_loop_goes_on_while_a_password_is_checked(tmp_path: Path) -> None:
    people = People(written(tmp_path / "access.json", ann()))
    checking = asyncio.create_task(people.with_password("ann", "wrong"))
    ticks = 0
    while not checking.done():
        await asyncio.sleep(0)
        ticks += 1
    assert ticks > 10


@pytest.mark.parametrize("then", [120.0, 4_070_908_800.0], ids=["1970", "2099"])
def test_a_login_under_a_wrong_clock_stands_while_it_is_so_and_is_over_when_it_comes_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, then: float
) -> None:
    first, now = ann(), time.time()
    sessions = Sessions(People(written(tmp_path / "access.json", first)), KEY, ended(tmp_path), hours=12.0)
    monkeypatch.setattr(time, "time", lambda: then)
    cookie, _ = sessions.begin(first)
    assert sessions.read(cookie) is not None
    monkeypatch.setattr(time, "time", lambda: now)
    assert sessions.read(cookie) is None


@pytest.mark.asyncio
async def test_a_login_ends_with_its_time_by_logging_out_and_with_another_password_or_role(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.api.login.people._LOOK_S", 0.0)
    first = ann()
    people = People(written(tmp_path / "access.json", first))
    sessions = Sessions(people, KEY, ended(tmp_path), hours=1.0)
    cookie, session = sessions.begin(first)
    found = sessions.read(cookie)
    assert found is not None
    assert (found.person.name, found.csrf) == ("ann", session.csrf)
    assert Sessions(people, KEY, ended(tmp_path), hours=1.0).read(cookie) is not None  # after a restart
    assert Sessions(people, b"z" * 32, ended(tmp_path), hours=1.0).read(cookie) is None
    written(tmp_path / "access.json", ann("another four words"))
    assert sessions.read(cookie) is None
    written(tmp_path / "access.json", first.model_copy(update={"role": Role.VIEWER}))
    assert sessions.read(cookie) is None
    written(tmp_path / "access.json", first)
    assert sessions.read(cookie) is not None
    await sessions.end(session)
    assert sessions.read(cookie) is None
    assert Sessions(people, KEY, ended(tmp_path), hours=1.0).read(cookie) is None, "a restart remembers it"
    cookie, _ = sessions.begin(first)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3601)
    assert sessions.read(cookie) is None


@pytest.mark.parametrize(
    "cookie", ["", ".", "a.b", "x" * 5000, "bnVsbA==.00", "W10=.00", "é.é", "W1tdLFtdLFtdXQ==.0", "WzEsMiwzXQ==.0"]
)
def test_a_forged_cookie_is_nobodys(tmp_path: Path, cookie: str) -> None:
    people = People(written(tmp_path / "access.json", ann()))
    assert Sessions(people, KEY, ended(tmp_path), hours=1.0).read(cookie) is None


def test_a_changed_cookie_is_nobodys(tmp_path: Path) -> None:
    bob = ann().model_copy(update={"name": "bob", "role": Role.VIEWER})
    people = People(written(tmp_path / "access.json", ann(), bob))
    sessions = Sessions(people, KEY, ended(tmp_path), hours=1.0)
    (one, _), (other, _) = sessions.begin(bob), sessions.begin(ann())
    body, signature = other.partition(".")[0], one.partition(".")[2]
    assert sessions.read(f"{body}.{signature}") is None


def test_without_a_key_file_each_process_signs_with_a_key_of_its_own(tmp_path: Path) -> None:
    assert key_in(tmp_path) != key_in(tmp_path)
    (tmp_path / access_file.SESSION_KEY).write_text("short")
    assert len(key_in(tmp_path)) == 32
    (tmp_path / access_file.SESSION_KEY).write_text("k" * 43 + "\n")
    assert key_in(tmp_path) == b"k" * 43


def test_the_access_file_lies_with_the_secrets_of_the_data_folder_unless_it_is_named() -> None:
    from services.shared.settings.sections import Api, Data
    from services.shared.settings.tree import Settings

    assert access_file.path_of(Settings(data=Data(folder="/x"))) == Path("/x/secrets/access.json")
    assert access_file.path_of(Settings(api=Api(access_file="/y/a.json"))) == Path("/y/a.json")


def test_a_bucket_empties_and_fills_again_and_is_each_ones_own() -> None:
    now = 100.0
    rates = Rates(1.0, 3.0, clock=lambda: now)
    assert [rates.wait_s("a") for _ in range(3)] == [0.0, 0.0, 0.0]
    assert rates.wait_s("a") == pytest.approx(1.0)
    assert rates.wait_s("b") == 0.0
    now += 1.5
    assert rates.wait_s("a") == 0.0
    assert rates.wait_s("a") == pytest.approx(0.5)
    rates.give_back("a")
    assert rates.wait_s("a") == 0.0


def test_buckets_are_bounded_however_many_ask() -> None:
    rates = Rates(1.0, 3.0)
    for number in range(MOST_BUCKETS + 100):
        rates.wait_s(str(number))
    assert len(rates._buckets) == MOST_BUCKETS


@pytest.mark.parametrize(
    ("host", "home"),
    [
        ("192.168.1.7", "192.168.1.7"),
        ("::ffff:192.168.1.7", "192.168.1.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_a_home_of_the_new_internet_is_one_however_many_addresses_it_takes(host: str, home: str) -> None:
    assert household(host) == home


def test_a_file_that_nobody_but_its_owner_may_read_is_what_setup_writes(tmp_path: Path) -> None:
    from services.shared import whole_file

    whole_file.write(tmp_path / "access.json", Access(people=(), tokens=()).text().encode())
    assert (tmp_path / "access.json").stat().st_mode & 0o777 == 0o600
