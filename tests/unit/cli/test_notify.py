"""`mine notify`: which channels are asked, what is said of each, and what the exit code is."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from services.cli.main import app
from tests.unit.cli.fake_api import FakeApi, fake_api

TEST, CHECK = "POST /api/v1/requests/test", "POST /api/v1/requests/check"


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with fake_api() as found:
        yield found


def mine(api: FakeApi, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["notify", *arguments], env=api.env())


def channel(name: str, state: str = "ok") -> dict[str, Any]:
    return {"name": name, "state": state, "reason": "", "waiting": 0, "last_delivered_at": None, "tested_at": None, "test": ""}


def site(*channels: dict[str, Any]) -> list[tuple[int, Any]]:
    return [(200, {"state": None, "alarm_state": {"alarms": [], "channels": list(channels)}})]


def done(**result: str) -> tuple[int, Any]:
    return 202, {"id": "r1", "verb": "test", "state": "done", "reason": "done", "result": result, "who": "", "because": ""}


def test_a_test_of_one_channel_shows_the_providers_word(api: FakeApi) -> None:
    api.answers = {TEST: [done(receipt="message 12")]}
    result = mine(api, "test", "telegram", "--reason", "new phone")
    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == "telegram: message 12"
    assert api.asked[0].body == {"reason": "new phone", "payload": {"channel": "telegram"}}


def test_all_are_those_that_are_set_up_and_one_failure_is_the_exit_code(api: FakeApi) -> None:
    api.answers = {
        "GET /api/state": site(channel("telegram"), channel("email", "lost"), channel("sms", "not_configured")),
        TEST: [done(receipt="taken"), (409, {"detail": "the mail server refuses user and password (535)"})],
    }
    result = mine(api, "test")
    assert result.exit_code == 1
    told = result.output.splitlines()[-2:]
    assert sorted(line.partition(": ")[2] for line in told) == [
        "FAILED: the mail server refuses user and password (535)", "taken",
    ]  # fmt: skip
    assert {asked.body["payload"]["channel"] for asked in api.asked if asked.method == "POST"} == {"telegram", "email"}


def test_a_check_is_told_as_a_program_reads_it(api: FakeApi) -> None:
    api.answers = {CHECK: [done(answer="logged in; 2 of 2 recipients taken")]}
    result = mine(api, "check", "email", "--json")
    assert result.exit_code == 0
    assert json.loads(result.output) == [{"channel": "email", "ok": True, "words": "logged in; 2 of 2 recipients taken"}]


def test_a_site_without_a_channel_and_a_silent_notifier_are_told(api: FakeApi) -> None:
    api.answers = {"GET /api/state": site(channel("sms", "not_configured"))}
    result = mine(api, "test", "all")
    assert (result.exit_code, "no channel is set up" in result.output) == (1, True)
    api.answers = {"GET /api/state": [(200, {"state": None, "alarm_state": None})]}
    result = mine(api, "check")
    assert (result.exit_code, "the notifier is silent" in result.output) == (4, True)


def test_nobody_who_answers_is_another_exit_code_than_nobody_there(api: FakeApi) -> None:
    api.answers = {TEST: [(504, {"detail": "no answer to test within 5 s"})]}
    assert mine(api, "test", "sms").exit_code == 4
    api.answers = {TEST: [(503, {"detail": "the broker cannot be reached; nothing was asked"})]}
    assert mine(api, "test", "sms").exit_code == 3


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        (("test", "pigeon"), "found the channel 'pigeon'; allowed: telegram, email, sms, webhook, annunciator, all"),
        (("check", "annunciator"), "found the channel 'annunciator'; allowed: telegram, email, sms, webhook, all"),
        (("test", "\x1b[2J"), "found the channel '\\x1b[2J'"),
    ],
)
def test_a_channel_that_there_is_not_is_a_mistake_of_whoever_typed_it_and_nobody_is_asked(
    api: FakeApi, words: tuple[str, str], allowed: str
) -> None:
    result = mine(api, *words)
    assert (result.exit_code, allowed in result.output, api.asked) == (2, True, []), result.output
