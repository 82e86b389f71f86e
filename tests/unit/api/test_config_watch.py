"""The configuration is changed while the services run: the running one stays, and what would happen at the next start is told."""

import contextlib
import os
from pathlib import Path

import pytest
import pytest_asyncio

from services.api.config_watch import ConfigWatch
from services.api.history.faults import TooMuch, Trouble, Unfit
from services.shared import restored
from services.shared.clock import Moment
from services.shared.messages import Alarm, Message
from services.shared.settings import last_good, load
from services.shared.settings.missing import ONCE_ARMED, UNTIL_ARMED
from tests.integration.api_running import state

GOOD = "[GENERAL]\nsite = north\nmax_temp_celsius = 35\n\n[DATA]\nfolder = {data}\n\n[FOREMAN]\nclient_id = 1\n"
NOW_S = 1_795_000_000.0
TOKEN = "123456:AAtoken-of-a-bot"


class Hands:
    """A clock that stands."""

    def now(self) -> Moment:
        return Moment(10.0, NOW_S, True, "boot")


class Site:
    """A folder with a configuration, and the watch over it since its start."""

    def __init__(self, folder: Path, text: str = GOOD, **env: str) -> None:
        self.file, self.text = folder / "config.txt", text.format(data=folder)
        self.file.write_text(self.text)
        self.env = {"MINE_CONFIG": str(self.file), **env}
        self.told, self.events = list[Message](), list[tuple[str, str]]()
        self.refusal: Exception | None = None
        settings, _ = last_good.start(self.env)
        self.watch = ConfigWatch(settings, Hands(), self.told.append, self._note, self.env)  # type: ignore[arg-type]

    async def _note(self, _now: Moment, title: str, words: str) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.events.append((title, words))

    async def put(self, text: str | bytes) -> None:
        """What a person does: the file is another one, and then nobody writes it."""
        data = text.encode() if isinstance(text, str) else text
        half = self.file.with_name("half")
        half.write_bytes(data)
        half.replace(self.file)
        await self.look()

    async def look(self) -> None:
        for _ in range(3):
            await self.watch.once()

    @property
    def alarm(self) -> Alarm:
        last = self.told[-1]
        assert isinstance(last, Alarm)
        return last


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> Site:
    made = Site(tmp_path)
    await made.look()
    assert not made.alarm.active
    assert made.events == []
    return made


@pytest.mark.asyncio
async def test_a_nonsense_value_is_one_alarm_with_file_line_found_and_allowed_and_ends_when_mended(site: Site) -> None:
    await site.put(site.text.replace("= 35", "= hot"))
    assert site.alarm.active
    assert "config.txt line 3: [GENERAL] max_temp_celsius: found 'hot'; allowed: " in site.alarm.cause
    (notice,) = site.watch.notices
    assert notice.startswith("Mend the configuration: with it nothing starts again (config.txt line 3: [GENERAL] max_temp")
    assert notice.endswith("). Type `mine check` on the Pi.")
    await site.look()
    await site.put(site.text.replace("= 35", "= hot") + "# and a comment\n")
    assert len(site.told) == 2
    await site.put(site.text)
    assert not site.alarm.active
    assert site.watch.notices == ()
    assert [title.partition(":")[0] for title, _ in site.events] == ["configuration changed", "configuration as it runs again"]


@pytest.mark.asyncio
async def test_with_a_last_good_copy_the_alarm_says_what_a_start_goes_on_with_and_what_runs(tmp_path: Path) -> None:
    copy = {last_good.VARIABLE: str(tmp_path / "kept.json")}
    site = Site(tmp_path, **copy)
    last_good.keep(site.env, NOW_S)
    await site.put(site.text.replace("= 35", "= hot"))
    kept = "the last good copy, kept since 2026-11-18 05:06 CST"
    assert site.alarm.consequence == f"The services go on with what they read before; what is started anew goes on with {kept}."
    assert site.watch.notices[0].startswith(
        f"Mend the configuration: what is started anew goes on with {kept} (config.txt line 3"
    )
    again = Site(tmp_path, GOOD.replace("= 35", "= hot"), **copy)
    await again.look()
    assert again.alarm.active and again.alarm.consequence.startswith(f"The services go on with {kept}; what is started anew")
    (tmp_path / "kept.json").unlink()
    await again.look()
    assert again.alarm.active and again.alarm.consequence.endswith("; with it nothing starts again.")
    await again.put(site.text.replace("= 35", "= 34"))
    assert (again.alarm.active, again.watch.found.changed) == (False, ("[GENERAL] max_temp_celsius",))
    assert again.watch.notices[0].startswith("Restart the services when it suits")


@pytest.mark.asyncio
async def test_a_right_change_is_no_alarm_but_a_notice_until_the_restart_or_until_it_is_taken_back(site: Site) -> None:
    await site.put(site.text.replace("= 35", "= 33") + "client_secret = a-secret\n\n[HTTP_LOADS north]\nrange = 1-2\n")
    assert site.watch.found.mistakes
    await site.put(site.text.replace("= 35", "= 33").replace("client_id = 1", "client_id = 2"))
    assert not site.alarm.active
    assert site.watch.found.changed == ("[GENERAL] max_temp_celsius", "[FOREMAN] client_id")
    (notice,) = site.watch.notices
    assert notice.startswith("Restart the services when it suits: the configuration was changed ([GENERAL] max_temp_celsius")
    await site.put("# only a comment\n" + site.text)
    assert site.watch.notices == ()


@pytest.mark.asyncio
@pytest.mark.parametrize("control", ["armed", "observe"])
async def test_arming_a_restored_site_is_no_change_of_its_configuration(tmp_path: Path, control: str) -> None:
    restored.observe(tmp_path, "restored from mine-1.tar.gz")
    site = Site(tmp_path, GOOD.replace("[DATA]", f"control = {control}\n[DATA]"))
    await site.look()
    assert (site.watch.notices, site.events) == ((), [])
    restored.arm(tmp_path)
    await site.look()
    assert (site.watch.notices, site.events, site.watch.found.changed) == ((), [], ())


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("then", "title"),
    [((f"Restored{ONCE_ARMED}",), "armed after the restore: in force after a restart of the controller"),
     ((), "armed after the restore")],
    ids=["it runs on", "it was restarted before it said so"],
)  # fmt: skip
async def test_that_a_restored_site_was_armed_is_recorded_once_by_the_controllers_word(
    site: Site, then: tuple[str, ...], title: str
) -> None:
    """In containers the folder of the ledger, with the marker in it, is not the api's to see."""
    for missing in ((f"Restored{UNTIL_ARMED}",), (f"Restored{UNTIL_ARMED}",), then, then, ()):
        site.watch.take_state(state(missing=missing))
        await site.look()
    assert site.events == [(title, "")]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"   \n\n", "is empty"),
        (b"\x00\x01\xff\xfe" * 5_000, "no UTF-8"),
        (b"\x00" * 5_000, "without control characters"),
        (b"x" * 100_000_000, "more than 1 MB"),
        (b"<<<<<<< HEAD\n[GENERAL\nmax", "config.txt line 1"),
    ],
    ids=["empty", "blank", "binary", "zeros after a power cut", "100 MB", "a merge"],
)
async def test_rubbish_in_its_place_is_the_same_alarm(site: Site, data: bytes, said: str) -> None:
    await site.put(data)
    assert site.alarm.active
    assert said in site.alarm.cause
    assert len(site.alarm.cause) < 600


@pytest.mark.asyncio
async def test_a_file_that_is_gone_unreadable_or_a_folder_is_told_and_comes_back(site: Site) -> None:
    site.file.unlink()
    await site.look()
    assert "No such file" in site.alarm.cause
    site.file.mkdir()
    await site.look()
    assert "a folder, a pipe or a device" in site.alarm.cause
    site.file.rmdir()
    os.mkfifo(site.file)  # whoever opens it would wait for ever
    await site.look()
    assert site.alarm.active
    site.file.unlink()
    await site.put(site.text)
    assert not site.alarm.active


@pytest.mark.asyncio
async def test_a_file_that_is_being_written_is_judged_when_it_stands_still(site: Site) -> None:
    for length in range(1, 60):
        site.file.write_text(site.text[:length])
        await site.watch.once()
    site.file.write_text(site.text)
    await site.look()
    assert len(site.told) == 1
    assert site.events == []


@pytest.mark.asyncio
async def test_the_table_of_loads_is_watched_too(site: Site) -> None:
    loads = site.file.with_name("loads.csv")
    loads.write_text("name,kind,kW\na,http,lots\n")
    await site.look()
    assert "loads.csv line 2" in site.alarm.cause
    loads.unlink()
    await site.look()
    assert not site.alarm.active


@pytest.mark.asyncio
@pytest.mark.parametrize("table", ["name,kind,kW\na,http,lots\n", "name,foreman_id,kW\n"], ids=["wrong", "empty"])
async def test_the_table_of_loads_that_the_changed_configuration_names_is_watched_too(site: Site, table: str) -> None:
    other = site.file.with_name("other.csv")
    other.write_text(table)
    await site.put(site.text.replace("[DATA]\n", "[DATA]\nloads_file = other.csv\n"))
    await site.look()
    before = site.watch.found
    other.write_text("name,kind,kW\na,http,lots\nb,http,none at all\n")
    await site.look()
    assert site.watch.found != before
    assert "other.csv line 3" in str(site.watch.found.mistakes)
    other.unlink()
    await site.look()
    assert "other.csv line" not in str(site.watch.found.mistakes)


@pytest.mark.asyncio
@pytest.mark.parametrize("refusal", [Trouble("the disk is full"), TooMuch("later"), RuntimeError("a fault")], ids=repr)
async def test_a_change_that_the_history_refuses_is_recorded_once_when_it_takes_it(site: Site, refusal: Exception) -> None:
    site.refusal = refusal
    for text in (site.text.replace("= 35", "= 33"), site.text.replace("= 35", "= hot")):
        with contextlib.suppress(RuntimeError):
            await site.put(text)
        for _ in range(3):
            with contextlib.suppress(RuntimeError):
                await site.watch.once()
    assert site.alarm.active
    assert site.events == []
    site.refusal = None
    await site.look()
    assert [title for title, _ in site.events] == [
        "configuration changed: not in force before a restart", "configuration changed: it would not start again",
    ]  # fmt: skip


@pytest.mark.asyncio
async def test_an_event_that_no_table_takes_does_not_hold_up_the_next(site: Site) -> None:
    site.refusal = Unfit("no text")
    await site.put(site.text.replace("= 35", "= 33"))
    site.refusal = None
    await site.put(site.text)
    assert [title for title, _ in site.events] == ["configuration as it runs again"]


@pytest.mark.asyncio
async def test_a_secret_that_was_changed_or_mistyped_is_never_told(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text(TOKEN)
    site = Site(tmp_path, GOOD + "\n[NOTIFICATIONS]\n", MINE_NOTIFICATIONS_TELEGRAM_TOKEN_FILE=str(secret))
    await site.look()
    secret.write_text(TOKEN + "x" * 9)
    await site.look()
    assert site.watch.found.changed == ("[NOTIFICATIONS] telegram_token",)
    for wrong in ("telegram_token\n{}\n", "{}\n", "[{}\n", "escalate_minutes = {}\n", "{} = 1\nx\n"):
        await site.put(site.text + wrong.format(TOKEN))
        assert TOKEN not in str([site.told, site.events, site.watch.notices, site.watch.found])
    secret.unlink()
    await site.put(site.text)
    assert site.alarm.active


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "line", ["sms_url = https:/sms.example/send?apikey={}", "sms_header = Bearer {}", "telegram_api = https://me:{}@t.example"]
)
async def test_the_alarm_of_a_mistake_in_an_address_or_a_header_holds_no_key_of_it(site: Site, line: str) -> None:
    await site.put(f"{site.text}\n[NOTIFICATIONS]\n{line.format(TOKEN)}\n")
    assert site.alarm.active and "[NOTIFICATIONS]" in site.alarm.cause
    assert TOKEN not in str([site.told, site.events, site.watch.found])


@pytest.mark.asyncio
async def test_warnings_of_the_running_configuration_are_a_notice_and_no_alarm(tmp_path: Path) -> None:
    site = Site(tmp_path, GOOD + "\n[GENERALS]\nx = 1\n")
    await site.look()
    assert not site.alarm.active
    assert site.watch.notices == ("Look at the configuration, it has 1 warning: type `mine check`.",)


@pytest.fixture
def usual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the operator's file in its usual place."""
    config = tmp_path / "config"
    config.mkdir()
    (config / "config.txt").write_text("[GENERAL]\n")
    (config / "config.example.txt").write_text("[GENERAL]\n")
    monkeypatch.chdir(tmp_path)
    return config


@pytest.mark.asyncio
async def test_without_the_operators_file_the_next_start_would_take_the_example(usual: Path) -> None:
    site = Site.__new__(Site)
    site.told, site.events, site.env, site.refusal = [], [], {}, None
    site.watch = ConfigWatch(load(env={}), Hands(), site.told.append, site._note, {})  # type: ignore[arg-type]
    await site.look()
    assert not site.alarm.active
    (usual / "config.txt").unlink()
    await site.look()
    assert "config.txt is gone: the next start would take the example" in site.alarm.cause


@pytest.mark.asyncio
async def test_who_asks_hears_of_the_card_at_this_moment_and_no_alarm_comes_of_it(site: Site) -> None:
    assert await site.watch.now() == site.watch.found
    said = len(site.told)
    site.file.write_text(site.text.replace("= 35", "= 33"))
    assert (await site.watch.now()).changed == ("[GENERAL] max_temp_celsius",)
    site.file.write_text(site.text.replace("= 35", "= hot"))
    assert (await site.watch.now()).mistakes
    assert (site.watch.found.changed, len(site.told)) == ((), said)
