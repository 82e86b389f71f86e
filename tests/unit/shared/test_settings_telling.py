"""How people are told: what of the persons, alarms, the annunciator and the second machine is read, and what is hardly meant."""

from pathlib import Path

import pytest

from services.shared.settings import SettingsError, load, missing
from services.shared.settings.listing import listed
from services.shared.settings.tree import Settings
from services.shared.vocabulary import Priority

CHAT = "telegram_token = 12:abc\ntelegram_chat_id = -100\n"


def loaded(folder: Path, text: str, **env: str) -> Settings:
    (folder / "config.txt").write_text(text)
    return load(folder / "config.txt", env=env)


def test_persons_and_alarms_are_read_by_their_names(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path,
        "[PERSON Anna]\ntelegram = 123456789\non_call = mon-fri 07:00-19:00\norder = 2\n[PERSON ben]\nphone = +1 515 555-0100\n"
        "[ALARM Device_lost_*]\noff_delay_seconds = 90\nchannels = Email, sms\n[ALARM door]\npriority = LOW\n",
    )
    assert {name: person.order for name, person in settings.persons.items()} == {"anna": 2, "ben": 1}
    choice = settings.alarms["device_lost_*"]
    assert (choice.on_delay_seconds, choice.off_delay_seconds, choice.channels) == (None, 90, ("email", "sms"))
    assert settings.alarms["door"].priority is Priority.LOW
    assert settings.warnings == ()


def test_the_environment_names_persons_and_alarms_and_all_stands_for_any_end(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path,
        "[ALARM device_lost_*]\npriority = low\n[PERSON anna-b]\nemail = anna@mine.example\n",
        MINE_ALARM_DEVICE_LOST_ALL_ON_DELAY_SECONDS="20", MINE_ALARM_CHANNEL_LOST_ALL_PRIORITY="high",
        MINE_PERSON_ANNA_B_PHONE="+15155550100", MINE_PERSON_BEN_TELEGRAM="42", MINE_WATCH_URL="https://mine.example:8000",
        MINE_ALARM_DOOR_OFF_DELAY_SECONDS="5",
    )  # fmt: skip
    assert set(settings.alarms) == {"device_lost_*", "channel_lost_*", "door"}
    assert (settings.alarms["device_lost_*"].on_delay_seconds, settings.alarms["device_lost_*"].priority) == (20, "low")
    assert (settings.persons["anna-b"].phone, settings.persons["ben"].telegram) == ("+15155550100", "42")
    assert (settings.watch.url, settings.warnings) == ("https://mine.example:8000", ())


def test_the_configuration_as_told_has_every_person_and_alarm_with_its_place(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "[PERSON anna]\nemail = anna@mine.example\n[ALARM door]\non_delay_seconds = 3\n")
    rows = {(row.section, row.key): (row.value, row.origin) for row in listed(settings)}
    assert rows["PERSON anna", "email"] == ("anna@mine.example", "config.txt line 2")
    assert rows["ALARM door", "on_delay_seconds"] == ("3", "config.txt line 4")
    assert rows["ALARM door", "off_delay_seconds"] == ("", "default")
    assert rows["ANNUNCIATOR", "relay"] == ("8", "default")


@pytest.mark.parametrize(("written", "read"), [("Sun  9:05", "sun 9:05"), ("none", ""), ("", "mon 10:00")])
def test_the_weekly_test_is_a_day_and_a_time_or_none(tmp_path: Path, written: str, read: str) -> None:
    assert loaded(tmp_path, f"[NOTIFICATIONS]\nchannel_test = {written}\n").notifications.channel_test == read


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("[PERSON anna]\norder = 1\n", "[PERSON anna] has no way to be told: telegram, email and phone are empty"),
        (f"[NOTIFICATIONS]\n{CHAT}", "[NOTIFICATIONS] telegram_users is empty: nobody can acknowledge in the chat"),
        ("[ALARM dor]\npriority = low\n", "config.txt line 2: [ALARM dor] is no alarm of ours; did you mean door?"),
        ("[ALARM qqqqqqqq*]\npriority = low\n", "config.txt line 2: [ALARM qqqqqqqq*] is no alarm of ours"),
        (
            "[ALARM trip_smoke]\non_delay_seconds = 60\n",
            "config.txt line 2: [ALARM trip_smoke] on_delay_seconds: the emergency trip_smoke is told 60 s later too",
        ),
        ("[ALARM door]\n", "[ALARM door] changes nothing: it has no key"),
        ("[WATCH]\nca_file = /nowhere/ca.pem\n", "[WATCH] ca_file: there is no file /nowhere/ca.pem"),
        (
            "[WATCH]\nurl = https://me:word@mine.example\n",
            "config.txt line 2: [WATCH] url holds a user or password: the page's /health asks for none",
        ),
    ],
)
def test_what_is_hardly_meant_is_a_warning(tmp_path: Path, text: str, warning: str) -> None:
    assert loaded(tmp_path, text).warnings == (warning,)


def test_a_person_in_the_chat_or_a_named_user_can_acknowledge(tmp_path: Path) -> None:
    for who in ("telegram_users = 42\n", "[PERSON anna]\ntelegram = 42\n"):
        assert loaded(tmp_path, f"[NOTIFICATIONS]\n{CHAT}{who}").warnings == ()


@pytest.mark.parametrize("number", ["0", "-5", "99999999999999999", "\u0661\u0662"])
def test_a_number_that_no_telegram_user_has_is_a_mistake(tmp_path: Path, number: str) -> None:
    with pytest.raises(SettingsError, match="the number of a Telegram user"):
        loaded(tmp_path, f"[PERSON anna]\ntelegram = {number}\n")


@pytest.mark.parametrize("key", ["door", "device_lost_foreman", "device_lost_*", "device_*", "*", "signal_lost_utility"])
def test_an_alarm_that_can_be_raised_is_no_warning(tmp_path: Path, key: str) -> None:
    assert loaded(tmp_path, f"[ALARM {key}]\npriority = low\n").warnings == ()


def test_an_annunciator_beside_the_fans_is_right(tmp_path: Path) -> None:
    boards = "[APIS]\nfan_relay_ip = 10.0.0.1, 10.0.0.2\n"
    for relay in ("board = relay-1\nrelay = 10\n", "board = relay-2\n"):
        assert loaded(tmp_path, f"{boards}[ANNUNCIATOR]\n{relay}").warnings == ()
    fans = "[FANS]\ncount = 1\nchannels = relay-2/8\n"
    with pytest.raises(SettingsError, match="a relay that no fan uses; fan 1 is on relay-2/8"):
        loaded(tmp_path, f"{boards}{fans}[ANNUNCIATOR]\nboard = relay-2\n")


def test_a_persons_number_and_a_password_in_an_address_are_not_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, "[PERSON anna]\nphone = 5155550199 anna\ntelegram = 987654321\n[PERSON ben]\ntelegram = 987654321\n")
    assert "5155550199" not in str(caught.value)
    assert "98765" not in str(caught.value)


def test_what_nobody_watches_or_signs_is_said(tmp_path: Path) -> None:
    sentences = missing(loaded(tmp_path, "[NOTIFICATIONS]\nwebhook_url = https://hook.example\n"))
    assert "The webhook is off: webhook_secret is empty." in sentences
    assert "No outside watcher: heartbeat_url is empty; when this computer dies nobody is told." in sentences
    set_up = "[NOTIFICATIONS]\nwebhook_secret = a-long-secret-of-ours\nheartbeat_url = https://hc.example/ping/1\n"
    assert not [line for line in missing(loaded(tmp_path, set_up)) if "webhook" in line or "watcher" in line]
