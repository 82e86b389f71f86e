"""`mine check` asks the running owners: whose verdict counts, what it says where none came in time, and how it ends."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from services.cli import check_asked
from services.cli.main import app
from services.shared.settings.missing import ONCE_ARMED, UNTIL_ARMED
from tests.unit.cli.fake_api import FakeApi, fake_api

CHECK, PROVIDER = "GET /api/v1/check", "POST /api/v1/requests/check"
KNOWN = ("utility", "roomalert-1", "iotawatt-1", "foreman", *(f"pdu-{n}" for n in range(1, 9)), "relay-1")


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeApi]:
    monkeypatch.setattr(check_asked, "_LOOK_EACH_S", 0.01)
    with fake_api() as found:
        yield found


def mine(api: FakeApi, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["check", *arguments], env=api.env() | {"MINE_CONFIG": "config/demo.txt"})


def device(name: str, age_s: float | None = 0.0, due_s: float | None = 30.0, **more: Any) -> dict[str, Any]:
    row = {"part": "device", "name": name, "kind": "snmp_pdu", "what": "PDU", "address": "10.0.0.1", "verdict": "ok"}
    return row | {"words": "38 outlets", "hint": "", "age_s": age_s, "took_s": 0.05, "due_s": due_s} | more


def channel(name: str, verdict: str = "ok", words: str = "last delivered 18:08 CST") -> dict[str, Any]:
    row = {"part": "channel", "name": name, "kind": "channel", "what": "way to people", "verdict": verdict}
    return row | {"words": words, "hint": "", "age_s": None, "took_s": None, "due_s": None}


def told(*rows: dict[str, Any]) -> tuple[int, Any]:
    given = {row["name"] for row in rows}
    rest = [device(name, due_s=None) for name in KNOWN if name not in given]
    return 200, {"time": 1.0, "version": "1", "rows": [*rows, *rest]}


def answer(words: str) -> tuple[int, Any]:
    document = {
        "id": "r1",
        "verb": "check",
        "state": "done",
        "reason": "done",
        "result": {"answer": words},
        "who": "",
        "because": "",
    }
    return 202, document


def rows(result: Result) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in json.loads(result.output)["rows"]}


def test_a_poll_that_began_before_the_question_is_waited_out(api: FakeApi) -> None:
    old, new = device("pdu-1", age_s=5.0, verdict="fault", words="refused"), device("pdu-1", age_s=0.0, words="38 outlets")
    api.answers = {CHECK: [told(old), *[told(old)] * 3, *[told(new)] * 60]}
    result = mine(api, "--json")
    assert result.exit_code == 0, result.output
    assert (rows(result)["pdu-1"]["words"], json.loads(result.output)["asked"]) == ("38 outlets", True)
    assert len(api.asked) >= 5


def test_where_no_newer_poll_ends_in_its_time_an_answer_of_before_is_no_verdict(api: FakeApi) -> None:
    api.answers = {CHECK: [told(device("pdu-1", age_s=90.0, due_s=0.05))]}
    result = mine(api, "--json")
    assert result.exit_code == 1
    row = rows(result)["pdu-1"]
    assert (row["verdict"], row["words"]) == ("unknown", "38 outlets; no newer poll has ended since that of 1 min 30 s ago")
    assert row["hint"]


def test_a_fault_of_before_stays_a_fault_and_tells_its_age(api: FakeApi) -> None:
    api.answers = {CHECK: [told(device("pdu-1", age_s=40.0, due_s=0.05, verdict="fault", words="no answer", hint="is it on?"))]}
    row = rows(mine(api, "--json"))["pdu-1"]
    assert (row["verdict"], row["hint"]) == ("fault", "is it on?")
    assert row["words"] == "no answer; no newer poll has ended since that of 40 s ago"


def test_warnings_alone_end_it_with_0_and_are_counted(api: FakeApi) -> None:
    api.answers = {CHECK: [told(device("relay-1", due_s=None, verdict="warning", words="9 relays; not armed", hint="wiring"))]}
    result = mine(api)
    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == "All that is set up works; 1 warning."


def test_each_channel_is_asked_anew_and_one_that_is_not_set_up_is_not(api: FakeApi) -> None:
    taken, off = channel("telegram"), channel("sms", "absent", "not set up: sms_provider is empty")
    api.answers = {CHECK: [told(taken, off)], PROVIDER: [answer("bot @mine, chat Operator")]}
    result = mine(api, "--json")
    assert result.exit_code == 0
    assert [asked.body["payload"] for asked in api.asked if asked.method == "POST"] == [{"channel": "telegram"}]
    assert rows(result)["telegram"]["words"] == "bot @mine, chat Operator; last delivered 18:08 CST"
    assert rows(result)["sms"]["verdict"] == "absent"


def test_a_provider_that_refuses_us_is_a_fault_with_its_keys(api: FakeApi) -> None:
    api.answers = {CHECK: [told(channel("sms"))], PROVIDER: [(409, {"detail": "Twilio refuses sms_account, error 20003"})]}
    result = mine(api, "--json")
    assert result.exit_code == 1
    row = rows(result)["sms"]
    assert (row["verdict"], row["words"]) == ("fault", "Twilio refuses sms_account, error 20003; last delivered 18:08 CST")
    assert "sms_... keys of [NOTIFICATIONS]" in row["hint"]


def test_a_channel_that_is_accepted_and_misses_a_person_is_a_warning(api: FakeApi) -> None:
    before, after = channel("telegram"), channel("telegram", "fault", "ann: no chat; last delivered 18:08 CST")
    api.answers = {CHECK: [told(before), told(before), told(after)], PROVIDER: [answer("bot @mine; ann: no chat")]}
    row = rows(mine(api, "--json"))["telegram"]
    assert (row["verdict"], row["words"]) == ("warning", "bot @mine; ann: no chat; last delivered 18:08 CST")


def test_a_device_of_the_file_that_does_not_run_yet_is_told_apart(api: FakeApi) -> None:
    status, document = told()
    document["rows"] = [row for row in document["rows"] if row["name"] != "pdu-8"]
    api.answers = {CHECK: [(status, document)]}
    result = mine(api, "--json")
    assert result.exit_code == 1
    assert rows(result)["pdu-8"]["words"] == "in the configuration, and unknown to what runs"


def test_for_people_it_is_aligned_and_what_does_not_work_is_last_with_its_hint(api: FakeApi) -> None:
    long = "no answer to 3 x 2 s; a wrong community is silence, too; answered 3 min 5 s ago"
    api.answers = {CHECK: [told(device("pdu-1", due_s=None, verdict="fault", words=long, hint="is it switched on? " * 8))]}
    result = mine(api)
    assert result.exit_code == 1
    table = result.output[result.output.index("Devices") :].splitlines()
    assert max(map(len, table)) <= 98
    assert next(line.split()[1] for line in table if line.startswith("  ok")) == "utility"
    assert table[-1] == "NOT WELL: pdu-1."
    marked = next(number for number, line in enumerate(table) if line.startswith("  FAULT    pdu-1"))
    assert all(not line.startswith("  ok") for line in table[marked:])
    assert any(line.startswith("           -> is it switched on?") for line in table[marked:])


def test_the_document_has_the_same_fields_however_it_ends(api: FakeApi) -> None:
    api.answers = {CHECK: [told()]}
    whole = json.loads(mine(api, "--json").output)
    alone = json.loads(mine(api, "--json", "--config-only").output)
    wrong = CliRunner().invoke(app, ["check", "--json"], env={"MINE_CONFIG": str(next(Path("config/wrong").glob("*.txt")))})
    nobody = CliRunner().invoke(app, ["check", "--json"], env=api.env(debug=False) | {"MINE_CONFIG": "config/demo.txt"})
    documents = (whole, alone, json.loads(wrong.output), json.loads(nobody.output))
    assert all(set(one) == set(whole) and set(one["summary"]) == set(whole["summary"]) for one in documents)
    assert [(one["exit_code"], one["asked"]) for one in documents] == [(0, True), (0, False), (2, False), (3, False)]
    assert (wrong.exit_code, len(documents[2]["configuration"]["mistakes"]), nobody.exit_code) == (2, 1, 3)


def test_an_api_of_another_version_is_no_mistake_of_the_configuration(api: FakeApi) -> None:
    result = mine(api)
    assert result.exit_code == 4
    assert "Devices and channels were not asked: " in result.output


@pytest.mark.parametrize(
    "strange",
    [
        (200, {"rows": [{"part": "device", "name": "pdu-1"}]}),
        (200, {"hello": "world"}),
        (200, ["rows"]),
        (200, b"<html>a printer</html>"),
        (200, b""),
        (520, {"detail": "a fault of a proxy"}),
        (520, b"<html>a proxy</html>"),
    ],
)
def test_another_program_at_the_port_is_no_answer_and_no_traceback(api: FakeApi, strange: tuple[int, Any]) -> None:
    api.answers = {CHECK: [strange]}
    result = mine(api, "--json")
    assert isinstance(result.exception, SystemExit)
    assert (result.exit_code, json.loads(result.output)["asked"]) == (4, False)
    assert json.loads(result.output)["not_asked_because"].startswith("Devices and channels were not asked: ")
    assert len(mine(api).output.splitlines()) < 40


@pytest.mark.parametrize(
    "strange", [(202, b"no JSON"), (202, ["done"]), (599, b"?"), (202, {"id": "r1", "state": "done", "result": 5})]
)
def test_a_strange_word_about_a_provider_is_told_in_its_row(api: FakeApi, strange: tuple[int, Any]) -> None:
    api.answers = {CHECK: [told(channel("telegram"))], PROVIDER: [strange]}
    result = mine(api, "--json")
    assert isinstance(result.exception, SystemExit) or result.exception is None
    assert rows(result)["telegram"]["verdict"] == ("ok" if isinstance(strange[1], dict) else "fault")


def test_with_nothing_running_the_configuration_is_judged_and_it_says_how_to_start(api: FakeApi) -> None:
    result = CliRunner().invoke(app, ["check"], env=api.env(debug=False) | {"MINE_CONFIG": "config/demo.txt"})
    assert result.exit_code == 3
    assert "The configuration is right: control = armed, 300 loads" in result.output
    assert "Devices and channels were not asked: nobody is there to ask" in result.output
    assert "mine check --config-only" in result.output


def test_with_a_broken_file_it_says_why_no_device_was_asked() -> None:
    """Nobody asked for the configuration alone."""
    env = {"MINE_CONFIG": "config/wrong/duplicate-key.txt"}
    asked, alone = (
        json.loads(CliRunner().invoke(app, ["check", "--json", *more], env=env).stdout)["not_asked_because"]
        for more in ([], ["--config-only"])
    )
    assert asked.startswith("The configuration has mistakes: what it names wrongly cannot be asked.")
    assert alone == "only the configuration was read"


@pytest.mark.parametrize("end", [UNTIL_ARMED, ONCE_ARMED])
def test_it_does_not_say_armed_of_a_run_that_observes(api: FakeApi, end: str) -> None:
    line = f"Restored from mine-1.tar.gz{end}"
    state = {"control": "armed", "missing": []}
    api.answers = {CHECK: [told()], "GET /api/state": [(200, {"state": state})]}
    runs = "armed" if "control = observe" in mine(api, "--config-only").output else "observe"
    state |= {"control": runs, "missing": [line]}
    said = mine(api).output
    assert f"is not in force: the controller that runs has control = {runs}. {line}" in said, said
    words = json.loads(mine(api, "--json").output)["configuration"]["words"]
    assert words[-1].endswith(line)


def test_of_a_silent_service_the_service_alone_is_not_well_and_not_each_device_that_it_does_not_read(api: FakeApi) -> None:
    words = "not read: the controller is silent; answered 40 s ago"
    unread = [device(f"pdu-{number}", 40.0, None, verdict="unknown", words=words) for number in range(1, 9)]
    service = device("controller", None, None, verdict="fault", words="silent: nobody decides") | {"part": "site"}
    api.answers = {CHECK: [told(service, *unread)]}
    result = mine(api)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (1, "NOT WELL: controller.")
    assert result.stdout.count("FAULT") == 1 and result.stdout.count("UNKNOWN") == 8
    assert json.loads(mine(api, "--json").stdout)["error"] == "Not as it must be: controller"
