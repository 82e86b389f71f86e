"""The last good configuration: what is kept, when a start goes on with it, and when it does not."""

import json
import stat
from pathlib import Path

import pytest

from services.shared import restored
from services.shared.settings import SettingsError, last_good
from services.shared.settings.missing import missing
from services.shared.settings.on_disk import look
from services.shared.vocabulary import Control

KEPT_AT = 1_795_000_000.0
SECRET = "a-long-password-of-the-mail"
GOOD = """[GENERAL]
control = armed
max_temp_celsius = 33
[APIS]
pdu_ip = 127.0.0.1:1
[NOTIFICATIONS]
email_password = {secret}
[DATA]
folder = {folder}
loads_file = tables/mine.csv
"""
TABLE = "name,kind,kW,pdu,outlet\na,outlet,3.3,pdu-1,1\n"


class Site:
    """A folder with a configuration and a table of loads elsewhere, and the place of the copy."""

    def __init__(self, folder: Path) -> None:
        self.file, self.table = folder / "config.txt", folder / "tables" / "mine.csv"
        self.copy = folder / "secrets" / last_good.FOLDER / last_good.NAME
        self.copy.parent.parent.mkdir()
        self.table.parent.mkdir()
        self.file.write_text(GOOD.format(folder=folder, secret=SECRET))
        self.table.write_text(TABLE)
        self.env = {"MINE_CONFIG": str(self.file), last_good.VARIABLE: str(self.copy)}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path)
    assert last_good.keep(made.env, KEPT_AT)
    return made


@pytest.mark.parametrize(
    "data",
    [
        None,
        b"",
        b" \n",
        b"\x00" * 500,
        b"\xff\xfe[\x00",
        b"[GENERAL]\nmax_temp_celsius = hot\n",
        b"[GENERAL]\ncontrol = armed\nmax_te",
    ],
    ids=["gone", "empty", "blank", "zeros after a power cut", "UTF-16", "a typing mistake", "half written"],
)
def test_with_a_file_that_is_no_configuration_the_last_good_copy_goes_on_whole(site: Site, data: bytes | None) -> None:
    before, nothing = last_good.start(site.env)
    site.file.write_bytes(data) if data is not None else site.file.unlink()
    site.table.unlink()
    after, why = last_good.start(site.env)
    assert (before.kept_at, nothing) == (None, ())
    assert after == before, "nothing of the broken file is mixed in"
    assert (after.kept_at, after.general.control, len(after.loads)) == (KEPT_AT, Control.ARMED, 1)
    assert str(site.file) in why[-1] and "the last good copy, kept since 2026-11-18" in why[-1]
    assert len(why) > 1, "what is wrong is told too"


def test_a_mistake_in_the_table_of_loads_is_one_of_the_configuration(site: Site) -> None:
    site.table.write_text(TABLE.replace("3.3", "lots"))
    settings, why = last_good.start(site.env)
    assert (settings.kept_at, settings.loads[0].kw) == (KEPT_AT, 3.3)
    assert "mine.csv line 2" in why[0]


def test_the_words_hold_no_secret_of_either_file(site: Site) -> None:
    site.file.write_text(f"[NOTIFICATIONS]\nthe-{SECRET}\n{SECRET}-2\n")
    _, why = last_good.start(site.env)
    assert SECRET not in str(why)


def test_it_is_written_only_when_something_of_it_changed_and_is_its_owners_alone(site: Site) -> None:
    assert stat.S_IMODE(site.copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(site.copy.parent.stat().st_mode) == 0o700
    first = site.copy.stat()
    assert not last_good.keep(site.env, KEPT_AT + 60)
    assert (site.copy.stat().st_ino, site.copy.stat().st_mtime_ns) == (first.st_ino, first.st_mtime_ns)
    site.table.write_text(TABLE.replace("3.3", "3.4"))
    assert last_good.keep(site.env, KEPT_AT + 60)
    site.file.write_text("")
    settings, _ = last_good.start(site.env)
    assert (settings.kept_at, settings.loads[0].kw) == (KEPT_AT + 60, 3.4)
    assert [one.name for one in site.copy.parent.iterdir()] == [last_good.NAME]


def test_a_name_and_a_comment_in_any_letters_come_back_as_they_were(tmp_path: Path) -> None:
    file = tmp_path / "ferme-\udcff.txt"  # a byte of the name that is no UTF-8, as the system hands it over
    file.write_text("# Gr\u00fc\u00dfe \u26cf\n[GENERAL]\nmax_temp_celsius = 33\n")
    env = {"MINE_CONFIG": str(file), last_good.VARIABLE: str(tmp_path / "kept.json")}
    assert last_good.keep(env, KEPT_AT)
    file.write_text("")
    assert last_good.start(env)[0].general.max_temp_celsius == 33


def test_one_with_mistakes_is_never_kept_and_leaves_the_copy_as_it_is(site: Site) -> None:
    before = site.copy.read_bytes()
    site.file.write_text("[GENERAL]\nmax_temp_celsius = hot\n")
    with pytest.raises(SettingsError):
        last_good.keep(site.env, KEPT_AT + 60)
    assert site.copy.read_bytes() == before


def _garbled(text: str) -> str:
    return text.replace("33", "34")


@pytest.mark.parametrize(
    "harm",
    [_garbled, lambda text: text[: len(text) // 2], lambda _: "", lambda _: "[]", lambda _: "[" * 100_000, lambda _: "{}"],
    ids=["another number in it", "half of it", "empty", "a list", "nonsense", "nothing in it"],
)
def test_a_copy_that_is_not_as_it_was_written_is_not_used(site: Site, harm: object) -> None:
    site.copy.write_text(harm(site.copy.read_text()))  # type: ignore[operator]
    site.file.write_text("")
    with pytest.raises(SettingsError, match="nothing in it"):
        last_good.start(site.env)


def test_a_copy_that_has_mistakes_by_this_version_or_environment_is_not_used(site: Site) -> None:
    site.file.write_text("")
    with pytest.raises(SettingsError):
        last_good.start(site.env | {"MINE_API_PORT": "many"})
    assert last_good.start(site.env | {"MINE_API_PORT": "8001"})[0].api.port == 8001


def test_a_copy_of_another_file_and_one_that_nobody_named_are_not_used(site: Site, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("")
    site.file.write_text("")
    for env in (site.env | {"MINE_CONFIG": str(other)}, {"MINE_CONFIG": str(site.file)}):
        with pytest.raises(SettingsError, match="nothing in it"):
            last_good.start(env)


def test_without_a_copy_a_first_start_refuses_as_ever(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.file.write_text("[GENERAL]\nmax_temp_celsius = hot\n[POWER]\nrelease_seconds = -1\n")
    with pytest.raises(SettingsError) as refused:
        last_good.start(site.env)
    assert len(refused.value.problems) == 2


def test_after_a_restore_the_copy_only_observes_too(site: Site, tmp_path: Path) -> None:
    restored.observe(tmp_path, "restored from mine-1.tar.gz")
    site.file.write_text("")
    assert last_good.start(site.env)[0].general.control is Control.OBSERVE


def test_the_operators_file_that_is_gone_does_not_make_an_armed_site_the_example(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "config.example.txt").write_text("[GENERAL]\n")
    env = {last_good.VARIABLE: str(tmp_path / "kept" / "one.json")}
    assert not last_good.keep(env, KEPT_AT), "the example is nobody's"
    assert last_good.start(env)[0].general.control is Control.OBSERVE
    (folder / "config.txt").write_text("[GENERAL]\ncontrol = armed\n")
    assert last_good.keep(env, KEPT_AT)
    (folder / "config.txt").unlink()
    settings, why = last_good.start(env)
    assert (settings.general.control, settings.kept_at) == (Control.ARMED, KEPT_AT)
    assert why[0].startswith("config/config.txt is gone: this start goes on with the last good copy")
    found = look(settings, settings.file or Path(), env)
    assert (found.mistakes, found.kept_at) == (("config.txt is gone",), KEPT_AT)


def test_what_is_in_force_is_told_where_people_look_for_what_is_missing(site: Site) -> None:
    assert not any("last good" in line for line in missing(last_good.start(site.env)[0]))
    site.file.write_text("")
    told = missing(last_good.start(site.env)[0])[0]
    assert told.startswith("config.txt had mistakes at the start: the last good copy, kept since 2026-11-18"), told


def test_a_mended_file_is_compared_with_the_copy_that_runs(site: Site) -> None:
    text = site.file.read_text()
    site.file.write_text("")
    settings, _ = last_good.start(site.env)
    assert look(settings, site.file, site.env).kept_at == KEPT_AT
    site.file.write_text(text)
    assert look(settings, site.file, site.env).changed == ()
    site.file.write_text(text.replace("33", "34"))
    found = look(settings, site.file, site.env)
    assert (found.mistakes, found.changed, found.kept_at) == ((), ("[GENERAL] max_temp_celsius",), None)


def test_a_card_that_takes_nothing_is_an_error_and_the_copy_before_stands(site: Site) -> None:
    before = json.loads(site.copy.read_text())
    site.file.write_text(site.file.read_text().replace("33", "34"))
    (site.copy.parent / f".{last_good.NAME}.half").mkdir()
    with pytest.raises(OSError):
        last_good.keep(site.env, KEPT_AT + 60)
    assert json.loads(site.copy.read_text()) == before
