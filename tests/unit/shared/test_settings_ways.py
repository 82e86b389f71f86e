"""How people and services are addressed: what can be reached is taken as written, what is hardly meant is a warning."""

from pathlib import Path

import pytest

from services.shared.settings import SettingsError, load
from services.shared.settings.listing import listed
from services.shared.settings.tree import Settings

HEAD = "[NOTIFICATIONS]\n"
PLACE = "config.txt line 2: [NOTIFICATIONS] "
USERS = "telegram_users = 42\n"


def loaded(folder: Path, text: str) -> Settings:
    (folder / "config.txt").write_text(text, encoding="utf-8")
    return load(folder / "config.txt", env={})


@pytest.mark.parametrize(
    ("section", "key", "text"),
    [
        ("NOTIFICATIONS", "telegram_chat_id", "-1001234567890"),
        ("NOTIFICATIONS", "telegram_chat_id", "42"),
        ("NOTIFICATIONS", "telegram_chat_id", "@mine_alarms"),
        ("NOTIFICATIONS", "email_from", "Mine 1 <mine@mine.example>"),
        ("NOTIFICATIONS", "email_from", '"Mine, north" <mine@mine.example>'),
        ("NOTIFICATIONS", "email_from", "mine@mine.example"),
        ("NOTIFICATIONS", "email_recipients", "a@mine.example, b+c@demo.test"),
        ("NOTIFICATIONS", "email_smtp_server", "mail.example"),
        ("NOTIFICATIONS", "email_smtp_server", "127.0.0.1"),
        ("NOTIFICATIONS", "email_smtp_server", "::1"),
        ("NOTIFICATIONS", "sms_phone", "+1 515 555-0100, 515.555.0101"),
        ("NOTIFICATIONS", "sms_header", "X-Api-Key: {key}"),
        ("NOTIFICATIONS", "sms_body", '{"text": "{text}"}'),
        ("NOTIFICATIONS", "sms_url", "https://me:word@sms.example/send?a=1#b"),
        ("NOTIFICATIONS", "telegram_api", "http://[::1]:8081"),
        ("NOTIFICATIONS", "escalate_minutes", "1"),
        ("APIS", "cornbelt_url", "https://m\u00fcnchen.example/signal"),
        ("APIS", "cornbelt_url", "http://192.168.1.9:80/a?b=c"),
        ("HTTP_LOADS a", "url", "http://{address}"),
        ("HTTP_LOADS a", "url", "http://{name}.lan:8080/api"),
        ("HTTP_LOADS a", "url", "http://127.0.0.1:{address}/x"),
        ("WATCH", "url", "https://mine.example:8000"),
    ],
)
def test_what_can_be_reached_is_taken_as_written(tmp_path: Path, section: str, key: str, text: str) -> None:
    settings = loaded(tmp_path, f"[{section}]\n{key} = {text}\n")
    assert [line for line in settings.warnings if "loads.csv" not in line] == []
    values = {(row.section, row.key): row.value for row in listed(settings)}
    assert values[section, key] in (text, "********", text.replace("me:word@", "********@"), text.replace("b=c", "b=********"))


@pytest.mark.parametrize(
    "text", ["https://hc-ping.com/3f1c2b8e-6a4d-4c0b-9e57-d0a1b2c3d4e5", "http://hc.example:8000/ping/key/site?create=1"]
)
def test_a_checks_own_address_is_taken(tmp_path: Path, text: str) -> None:
    settings = loaded(tmp_path, f"{HEAD}heartbeat_url = {text}\n")
    assert settings.notifications.heartbeat_url.get_secret_value() == text


@pytest.mark.parametrize("key", ["telegram_api", "sms_url", "webhook_url", "heartbeat_url"])
@pytest.mark.parametrize(
    "text",
    ["http://[::1", "http://[::1]x/", "http://[zz]/", "http://h:x/", "http://h:0/", "http://h:70000/", "http://h:-1/", "http://a..b/",
     "http://a<b/", "http://h/a b", "http://@/", "http://:80/", "https://?key", "ftp://h/", "h", "http://\u2100.example/"],
)  # fmt: skip
def test_an_address_that_cannot_be_reached_stops_the_start_in_plain_words(tmp_path: Path, key: str, text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, f"{HEAD}{key} = {text}\n")
    (problem,) = caught.value.problems
    assert problem.what == f"[NOTIFICATIONS] {key}" and "http:// or https://" in problem.allowed


@pytest.mark.parametrize(
    "text", ["https://me:pass word@h.example", "https://me:pass/word@h.example:x", "https://me:pass@word@h.example:0"]
)
def test_a_password_in_an_address_with_a_mistake_is_not_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, f"{HEAD}sms_url = {text}\n")
    assert "pass" not in str(caught.value) and "word" not in str(caught.value)


def test_every_mistake_of_how_people_are_told_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(
            tmp_path, f"{HEAD}heartbeat_url = http://[::1\nsms_phone = abc\nemail_from = a, b\n[PERSON anna]\nphone = 1.....\n"
        )
    assert [problem.what.rpartition(" ")[2] for problem in caught.value.problems] == [
        "heartbeat_url", "sms_phone", "email_from", "phone",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("telegram_token = abc", "telegram_token is hardly one: that is the bot's number, a colon and letters"),
        ("telegram_token = demo:token", "telegram_token is hardly one: that is the bot's number, a colon and letters"),
        ("webhook_secret = short", "webhook_secret has only 5 bytes and can be guessed: 16 or more are safe"),
        ("webhook_secret = whsec_AAAA", "webhook_secret has only 3 bytes and can be guessed: 16 or more are safe"),
        ("webhook_secret = whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "webhook_secret is one that everybody knows"),
        ("webhook_secret = password-password-1234", "webhook_secret is one that everybody knows"),
        ("email_ca_file = /nowhere/ca.pem", "email_ca_file: there is no file /nowhere/ca.pem"),
    ],
)
def test_what_is_hardly_meant_is_a_warning(tmp_path: Path, text: str, warning: str) -> None:
    assert loaded(tmp_path, f"{HEAD}{text}\n").warnings == (PLACE + warning,)


@pytest.mark.parametrize("secret", ["a-long-secret-of-ours", "whsec_bWluZS1kZW1vLXdlYmhvb2stc2VjcmV0"])
def test_a_key_that_nobody_guesses_and_a_bots_token_are_no_warning(tmp_path: Path, secret: str) -> None:
    assert loaded(tmp_path, f"{HEAD}webhook_secret = {secret}\ntelegram_token = 123456:AA-b_9\n").warnings == ()


def test_the_simulated_site_has_its_own_token_and_certificate(tmp_path: Path) -> None:
    assert loaded(tmp_path, f"[GENERAL]\ndemo = yes\n{HEAD}telegram_token = demo:token\nemail_ca_file = no.pem\n").warnings == ()


def test_the_samples_texts_count_as_not_set_and_stop_nothing(tmp_path: Path) -> None:
    keys = ("email_username", "email_from", "email_recipients")
    settings = loaded(
        tmp_path, HEAD + "".join(f"{key} = someone@yourdomain.com\n" for key in keys) + "telegram_chat_id = YOUR_ID\n"
    )
    ours = settings.notifications
    assert (ours.email_username, ours.email_from, ours.email_recipients, ours.telegram_chat_id) == ("", "", (), "")
    assert len(settings.warnings) == 4
