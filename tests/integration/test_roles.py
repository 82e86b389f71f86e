"""Every operation, asked by everybody, at each listener: who may, and what they are answered.

The table is explicit: an operation without a row fails, and so does a row without an operation.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from services.api import app as apps
from services.api import guard
from services.api.login import hashes
from services.api.login.access_file import Access, PersonRecord, TokenRecord
from services.api.login.gate import CSRF
from services.api.login.person import Role
from services.api.login.sessions import COOKIE
from services.shared import whole_file
from services.shared.settings import sections
from tests.integration.api_running import running

pytestmark = pytest.mark.asyncio
NOBODY_HOME = sections.Broker(host="127.0.0.1", port=1)
PASSWORD = "a password of the tests"
ELSEWHERE = ("10.99.0.0/16",)

LOOK, KNOWN, ASK, OPEN, LEAVE = "look", "known", "ask", "open", "leave"
"""Who may: whoever looks, who is known, operators, everybody; `leave` ends the caller's own login."""
TABLE: dict[str, tuple[str, int]] = {
    # operation: who may, and the answer to who may, without parameters and with the body {}, while there is no broker
    "getStatus": (LOOK, 200),
    "getState": (LOOK, 200),
    "getDashboard": (LOOK, 200),
    "listReadings": (LOOK, 200),
    "streamDashboard": (LOOK, 200),
    "listSources": (LOOK, 200),
    "listAlarms": (LOOK, 200),
    "getAlarmReport": (LOOK, 200),
    "listChannels": (LOOK, 200),
    "listLeases": (LOOK, 200),
    "listLockouts": (LOOK, 200),
    "listTrips": (LOOK, 200),
    "listLoads": (LOOK, 200),
    "getReadiness": (LOOK, 200),
    "getConfig": (KNOWN, 200),
    "getCheck": (KNOWN, 200),
    "getMaintenance": (KNOWN, 200),
    "listSensors": (LOOK, 200),
    "getSeries": (LOOK, 422),
    "getSeveralSeries": (LOOK, 422),
    "getLoadSeries": (LOOK, 422),
    "exportSeries": (LOOK, 422),
    "listEvents": (LOOK, 200),
    "listDecisions": (LOOK, 200),
    "streamEvents": (LOOK, 200),
    "exportEvents": (LOOK, 200),
    "listCurtailments": (LOOK, 200),
    "getCurtailment": (LOOK, 422),
    "exportCurtailment": (LOOK, 422),
    "listStateRows": (LOOK, 200),
    "exportStateRows": (LOOK, 200),
    "listAlarmHistory": (LOOK, 200),
    "listAudit": (KNOWN, 200),
    "verifyAudit": (KNOWN, 200),
    "getCommandStatistics": (LOOK, 200),
    "getCommandTruth": (LOOK, 200),
    "listCommands": (LOOK, 200),
    "listRecentCommands": (LOOK, 200),
    "getWhy": (LOOK, 200),
    "getMetrics": (LOOK, 200),
    "getCost": (LOOK, 200),
    "listRequests": (KNOWN, 200),
    "getRequest": (KNOWN, 422),
    "getMe": (LOOK, 200),
    "logIn": (OPEN, 422),
    "logOut": (LEAVE, 204),
    "askCurtail": (ASK, 422),
    "askHold": (ASK, 422),
    "askRelease": (ASK, 422),
    "askLease": (ASK, 422),
    "askLockout": (ASK, 422),
    "askUnlock": (ASK, 422),
    "askReset": (ASK, 422),
    "askStop": (ASK, 504),
    "askCycle": (ASK, 503),
    "askCycleNow": (ASK, 503),
    "askService": (ASK, 422),
    "askPhase": (ASK, 422),
    "askDrill": (ASK, 422),
    "askAcknowledge": (ASK, 422),
    "askShelve": (ASK, 422),
    "askUnshelve": (ASK, 422),
    "askTest": (ASK, 422),
    "askCheck": (ASK, 422),
    "overridePowerSignal": (ASK, 422),
    "controlMiners": (ASK, 422),
    "controlFans": (ASK, 422),
    "overrideTemperature": (ASK, 422),
    "showRawAnswers": (ASK, 422),
    "changeRawState": (ASK, 422),
    "emergencyShutdown": (ASK, 504),
    "streamBus": (ASK, 200),
    "seeSimulated": (ASK, 404),
    "setSimulated": (ASK, 404),
    "endSimulated": (ASK, 404),
}
NOBODY, VIEWER, NO_CSRF, OPERATOR = "nobody", "viewer session", "operator session without CSRF", "operator session"
VIEWER_TOKEN, OPERATOR_TOKEN, WRONG_TOKEN = "viewer token", "operator token", "a token of nobody"
CALLERS = (NOBODY, VIEWER, NO_CSRF, OPERATOR, VIEWER_TOKEN, OPERATOR_TOKEN, WRONG_TOKEN)
REFUSED: dict[str, dict[tuple[str, str], int]] = {
    # listener: who may and who comes, where the answer is a refusal
    "lan, view free": {
        **{(right, caller): 401 for right in (KNOWN, ASK) for caller in (NOBODY, WRONG_TOKEN)},
        **{(ASK, caller): 403 for caller in (VIEWER, NO_CSRF, VIEWER_TOKEN)},
        (LOOK, WRONG_TOKEN): 401,
        (LEAVE, NO_CSRF): 403,
    },
    "lan, view by login": {
        **{(right, caller): 401 for right in (LOOK, KNOWN, ASK) for caller in (NOBODY, WRONG_TOKEN)},
        **{(ASK, caller): 403 for caller in (VIEWER, NO_CSRF, VIEWER_TOKEN)},
        (LEAVE, NO_CSRF): 403,
    },
    "lan, from elsewhere": {
        **{(ASK, caller): 403 for caller in CALLERS if caller != WRONG_TOKEN},
        (KNOWN, NOBODY): 401,
        **{(right, WRONG_TOKEN): 401 for right in (LOOK, KNOWN, ASK)},
        (LEAVE, NO_CSRF): 403,
    },
    "debug, local": {(LEAVE, NO_CSRF): 403},
    "debug, from elsewhere": {(right, caller): 403 for right in (LOOK, KNOWN, ASK, OPEN, LEAVE) for caller in CALLERS},
}
SETTINGS: dict[str, dict[str, Any]] = {
    "lan, view free": {},
    "lan, view by login": {"view": "login"},
    "lan, from elsewhere": {"critical_networks": ELSEWHERE},
    "debug, local": {"view": "login", "critical_networks": ELSEWHERE},
    "debug, from elsewhere": {"debug_networks": ELSEWHERE},
}


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    path: str


def operations(*, with_debug: bool) -> list[Operation]:
    document = apps.build(with_debug=with_debug).openapi()
    return [
        Operation(one["operationId"], method.upper(), path.replace("{request_id}", "none").replace("{", "").replace("}", ""))
        for path, item in document["paths"].items()
        for method, one in item.items()
    ]


async def test_the_table_has_a_row_for_every_operation_and_no_other() -> None:
    assert {one.id for one in operations(with_debug=True)} == set(TABLE)
    on_lan = {one.id for one in operations(with_debug=False)}
    debug_calls = {one.id for one in operations(with_debug=True) if one.path.startswith("/api/debug/")}
    assert on_lan == set(TABLE) - debug_calls
    assert debug_calls


async def test_what_names_people_is_described_as_asking_who_one_is() -> None:
    of_lan = apps.build(with_debug=False).openapi()["paths"].values()
    asks_nobody = {one["operationId"] for item in of_lan for one in item.values() if {} in one.get("security", [{}])}
    assert asks_nobody == {name for name, (right, _) in TABLE.items() if right in (LOOK, OPEN, LEAVE)}


@pytest.mark.parametrize("listener", SETTINGS)
async def test_everybody_may_do_what_the_table_says_and_no_more(
    listener: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "BURST", 10_000.0)  # they all come from one address
    tokens = known_people(tmp_path)
    with_debug = listener.startswith("debug")
    async with running(tmp_path, NOBODY_HOME, api=SETTINGS[listener]) as api:
        base = api.debug if with_debug else api.lan
        found, expected = {}, {}
        asked = sorted(operations(with_debug=with_debug), key=lambda one: TABLE[one.id][0] == LEAVE)
        for caller in CALLERS:
            headers = await shown_by(api.session, caller, api.lan, tokens)
            for one in asked:
                right, answer = TABLE[one.id]
                expected[one.id, caller] = REFUSED[listener].get((right, caller), answer)
                found[one.id, caller] = await status(api.session, base, one, headers)
        assert {what: (found[what], expected[what]) for what in found if found[what] != expected[what]} == {}


def known_people(folder: Path) -> dict[str, str]:
    """A viewer and an operator, each as a person and as a token; the tokens by the word for who comes."""
    tokens = {VIEWER_TOKEN: hashes.new_token(), OPERATOR_TOKEN: hashes.new_token(), WRONG_TOKEN: hashes.new_token()}
    roles = (Role.VIEWER, Role.OPERATOR)
    access = Access(
        people=tuple(PersonRecord(name=f"a-{r}", role=r, password=hashes.of_password(PASSWORD), made_at=0) for r in roles),
        tokens=tuple(TokenRecord(name=f"a-{r}", role=r, sha256=hashes.of_token(tokens[f"{r} token"]), made_at=0) for r in roles),
    )
    (folder / "secrets").mkdir()
    whole_file.write(folder / "secrets" / "access.json", access.text().encode())
    return tokens


async def shown_by(session: aiohttp.ClientSession, caller: str, lan: str, tokens: dict[str, str]) -> dict[str, str]:
    """The headers by which a caller shows who they are."""
    if caller == NOBODY:
        return {}
    if caller in tokens:
        return {"Authorization": f"Bearer {tokens[caller]}"}
    body = {"name": "a-viewer" if caller == VIEWER else "a-operator", "password": PASSWORD}
    async with session.post(f"{lan}/api/v1/login", json=body) as response:
        assert response.status == 200, await response.text()
        cookie = f"{COOKIE}={response.cookies[COOKIE].value}"
        return {"Cookie": cookie} | ({} if caller == NO_CSRF else {CSRF: (await response.json())["csrf"]})


async def status(session: aiohttp.ClientSession, base: str, one: Operation, headers: dict[str, str]) -> int:
    body = None if one.method == "GET" else {}
    async with session.request(one.method, base + one.path, headers=headers, allow_redirects=False, json=body) as response:
        return response.status  # its body is not waited for: a stream has no end
