"""The operator's file: what it says is what is loaded, from wherever it is said."""

import configparser
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.shared.settings import Settings, SettingsError, ini, load, missing
from services.shared.settings.example import example
from services.shared.settings.keys import allowed, extra
from services.shared.settings.sections import ALL
from services.shared.vocabulary import Control

OLD = Path("tests/data/old_config.txt")
SECRET = "s3cret-value"


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "config.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_operators_old_file_loads_unchanged_and_means_what_it_says() -> None:
    settings = load(OLD, env={})
    assert (settings.general.loop_interval_minutes, settings.general.max_temp_celsius) == (2, 35)
    assert settings.apis.roomalert_ip == ("192.168.1.100",)
    assert settings.signals["utility"].url == "https://cbpower.coop/power-signal"
    assert settings.apis.foreman_api == "https://api.foreman.mn/api"
    assert settings.notifications.email_smtp_server == "smtp.gmail.com"
    assert settings.general.control is Control.OBSERVE


def test_the_old_files_placeholders_turn_their_channels_off_and_are_told() -> None:
    settings = load(OLD, env={})
    told = settings.notifications
    assert not told.telegram_token.get_secret_value()
    assert (told.email_recipients, told.sms_phone) == ((), ())
    warnings = "\n".join(settings.warnings)
    for channel in ("Telegram is off", "e-mail is off", "SMS is off"):
        assert channel in warnings
    assert "http://foreman.mn/api is read as https://api.foreman.mn/api" in warnings
    sentences = " ".join(missing(settings))
    for word in ("Foreman is not armed", "The fans are not armed", "No loads", "SMS is off", "observe"):
        assert word in sentences


def test_a_placeholder_of_the_webhook_turns_it_off_and_one_of_a_person_turns_off_no_channel(tmp_path: Path) -> None:
    text = "[NOTIFICATIONS]\nwebhook_secret = YOUR_SECRET\n[PERSON anna]\nemail = YOUR_ADDRESS\n"
    hook, person = [one for one in load(written(tmp_path, text), env={}).warnings if "sample's text" in one]
    assert "webhook_secret still holds the sample's text: the webhook is off" in hook
    assert "[PERSON anna] email still holds the sample's text: it counts as not set" in person


def test_a_real_recipient_beside_a_placeholder_stays(tmp_path: Path) -> None:
    text = "[NOTIFICATIONS]\nemail_recipients = me@mine.example, backup@yourdomain.com\n"
    assert load(written(tmp_path, text), env={}).notifications.email_recipients == ("me@mine.example",)


def test_percent_signs_semicolons_and_hashes_in_a_token_survive(tmp_path: Path) -> None:
    settings = load(written(tmp_path, "[NOTIFICATIONS]\ntelegram_token = 12:a%20b;c#d %(x)s\n"), env={})
    assert settings.notifications.telegram_token.get_secret_value() == "12:a%20b;c#d %(x)s"


@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_byte_order_mark_line_ends_and_case_do_not_matter(tmp_path: Path, prefix: bytes, end: bytes) -> None:
    text = prefix + end.join([b"[general]", b"MAX_Temp_Celsius: 33", b"; a comment", b"Control = Armed", b""])
    settings = load(written(tmp_path, text), env={})
    assert (settings.general.max_temp_celsius, settings.general.control) == (33, Control.ARMED)
    assert settings.origins["GENERAL.max_temp_celsius"] == "config.txt line 2"


def test_an_empty_value_means_the_default_and_none_clears(tmp_path: Path) -> None:
    settings = load(written(tmp_path, "[GENERAL]\nmax_temp_celsius =\n[DATA]\nlogs = none\nfolder =\n"), env={})
    assert (settings.general.max_temp_celsius, settings.data.logs, settings.data.folder) == (35, "", "data")


def test_unknown_names_warn_with_the_nearest_one_and_never_show_their_value(tmp_path: Path) -> None:
    text = f"[GENERAL]\nmax_temp_celcius = 30\n[NOTIFICATONS]\ntelegram_token = {SECRET}\n"
    warnings = load(written(tmp_path, text), env={}).warnings
    assert "config.txt line 2: [GENERAL] max_temp_celcius is unknown; did you mean max_temp_celsius?" in warnings
    assert "config.txt line 3: section [NOTIFICATONS] is unknown; did you mean NOTIFICATIONS?" in warnings
    assert SECRET not in "".join(warnings)


def test_the_environment_beats_a_secret_file_which_beats_the_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("of-the-secret-file\n")
    file = written(tmp_path, "[BROKER]\npassword = of-the-file\n")
    env = {"MINE_BROKER_PASSWORD_FILE": str(secret)}
    settings = load(file, env=env)
    assert (settings.broker.password.get_secret_value(), settings.origins["BROKER.password"]) == (
        "of-the-secret-file", "secret file",
    )  # fmt: skip
    settings = load(file, env=env | {"MINE_BROKER_PASSWORD": "of-the-environment", "MINE_BROKER_HOST": ""})
    assert (settings.broker.password.get_secret_value(), settings.origins["BROKER.password"]) == (
        "of-the-environment", "environment",
    )  # fmt: skip
    assert (settings.broker.host, settings.origins["BROKER.host"]) == ("127.0.0.1", "default")


def test_an_absent_secret_file_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="MINE_FOREMAN_API_KEY_FILE"):
        load(OLD, env={"MINE_FOREMAN_API_KEY_FILE": str(tmp_path / "nowhere")})


def test_named_sections_may_be_set_and_made_by_the_environment(tmp_path: Path) -> None:
    file = written(tmp_path, "[SIGNAL Grid-2]\nurl = https://a.example\n")
    env = {"MINE_SIGNAL_GRID_2_POLL_SECONDS": "7", "MINE_SIGNAL_BACKUP_KIND": "mqtt", "MINE_SIGNAL_BACKUP_TOPIC": "grid/level"}
    signals = load(file, env=env).signals
    assert set(signals) == {"grid-2", "backup"}
    assert (signals["grid-2"].poll_seconds, signals["backup"].topic) == (7, "grid/level")


def test_the_plain_signal_section_is_the_utility_and_a_variable_of_it_counts(tmp_path: Path) -> None:
    file = written(tmp_path, "[SIGNAL]\nurl = https://a.example\n")
    assert load(file, env={"MINE_SIGNAL_FORM": "rss"}).signals["utility"].form == "rss"


def test_a_mistyped_variable_is_told(tmp_path: Path) -> None:
    warnings = load(written(tmp_path, "[GENERAL]"), env={"MINE_GENERAL_CONTROLL": "armed"}).warnings
    assert "environment MINE_GENERAL_CONTROLL is no key of ours" in warnings


@pytest.mark.parametrize("left", ["", "\n\n", "\x00" * 4096])
def test_a_file_that_a_power_cut_left_empty_stops_the_start_and_is_not_taken_for_defaults(tmp_path: Path, left: str) -> None:
    with pytest.raises(SettingsError):
        load(written(tmp_path, left), env={})


def test_without_a_file_the_example_is_used_and_only_observes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.example.txt").write_text(example())
    monkeypatch.chdir(tmp_path)
    settings = load(env={"MINE_GENERAL_CONTROL": "armed"})
    assert settings.general.control is Control.OBSERVE
    assert any("only observes" in warning for warning in settings.warnings)


def test_mine_config_names_the_file_and_a_missing_one_stops_the_start(tmp_path: Path) -> None:
    assert load(env={"MINE_CONFIG": str(OLD)}).apis.pdu_ip == ("192.168.1.102",)
    with pytest.raises(SettingsError, match="No such file"):
        load(env={"MINE_CONFIG": str(tmp_path / "nowhere.txt")})


def test_secrets_are_masked_in_errors_and_in_what_the_tree_prints(tmp_path: Path) -> None:
    text = (
        f"[NOTIFICATIONS]\ntelegram_token = {SECRET}\n[HTTP_LOADS a]\nurl = https://{SECRET}@a.example\nheader = X-Key {SECRET}\n"
    )
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, text + f"[APIS]\nforeman_api = http://u:{SECRET}@b.example\n"), env={})
    assert len(caught.value.problems) == 2
    assert SECRET not in str(caught.value)
    settings = load(written(tmp_path, f"[NOTIFICATIONS]\ntelegram_token = {SECRET}\n"), env={})
    assert SECRET not in repr(settings)


def test_the_example_is_up_to_date_and_loads_as_the_defaults() -> None:
    assert Path("config/config.example.txt").read_text() == example(), "run: python -m services.cli.generate"
    settings = load(Path("config/config.example.txt"), env={})
    assert replace(settings, origins={}) == Settings()


@pytest.mark.parametrize("kind", ALL)
def test_every_key_stands_in_the_example_with_its_unit(kind: type) -> None:
    text = example()
    start = max(text.find(f"\n{head}\n") for head in (f"[{kind.TITLE}]", f"#[{kind.TITLE} name]"))
    part = text[start + 1 :].split("\n\n")[0]
    for name, field in kind.model_fields.items():
        lines = [number for number, line in enumerate(part.split("\n")) if line.lstrip("#").startswith(f"{name} =")]
        assert len(lines) == 1, name
        comment = part[: part.index(f"{name} =")].rsplit(" = ", 1)[-1]
        assert extra(field, "unit") in comment or extra(field, "unit") in allowed(field)


line = st.one_of(
    st.sampled_from(["[A]", "[B]", "[c d]", "# note", "; note", "", "  ", "  more", "\tmore = 1"]),
    st.from_regex(r"\A[a-z]{1,3} ?[=:] ?[a-z0-9%#;=:]{0,4}\Z"),
)


@given(st.lists(line, max_size=12))
def test_the_file_is_read_as_the_standard_reader_reads_it(lines: list[str]) -> None:
    text = "\n".join(["[A0]", *lines])
    standard = configparser.RawConfigParser()
    reader = ini._Reader("config.txt")
    for number, raw in enumerate(text.split("\n"), 1):
        reader.line(number, raw)
    try:
        standard.read_string(text)
    except configparser.Error:
        assert reader.problems
        return
    assert not reader.problems
    ours = {block.spelled: {key: value.text.split() for key, value in block.values.items()} for block in reader.blocks}
    assert ours == {name: {key: text.split() for key, text in standard[name].items()} for name in standard.sections()}


keys = sorted({f"{name} = " for kind in ALL for name in kind.model_fields})
heads = [f"[{kind.TITLE}]\n" for kind in ALL] + ["[SIGNAL x]\n", "[HTTP_LOADS y]\n", "[MQTT_SENSOR z]\n"]
piece = st.one_of(
    st.sampled_from(heads), st.sampled_from(keys), st.text(max_size=12), st.just("\n"), st.just("a=b,"), st.just("-1")
)


@given(
    st.one_of(st.binary(max_size=200), st.lists(piece, max_size=30).map(lambda parts: "".join(parts).encode("utf-8", "replace")))
)
def test_whatever_the_file_holds_it_loads_or_every_mistake_is_told(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    try:
        load(written(tmp_path_factory.mktemp("site"), data), env={})
    except SettingsError as error:
        assert all(problem.where and problem.allowed for problem in error.problems)
