"""The containers as they run on the Pi: really built, started, used and stopped. One test per project: each starts once."""

import json
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from tests.integration.compose_stack import SERVICES, Stack, stack
from tests.waiting import wait

pytestmark = [pytest.mark.compose, pytest.mark.timeout(400)]

MINE = SERVICES[1:]
STOP_WITHIN_S = 15


def test_without_a_configuration_all_containers_are_healthy_and_nothing_is_switched(
    tmp_path: Path, subtests: pytest.Subtests
) -> None:
    with stack(tmp_path, demo=False) as running:
        with subtests.test("all are healthy and know each other"):
            all_are_healthy(running, SERVICES)
        with subtests.test("the control observes and says what is missing"):
            it_observes_and_says_what_is_missing(running)
        with subtests.test("the broker answers no stranger"):
            code, said = running.run_in("mosquitto", "mosquitto_sub", "-h", "127.0.0.1", "-t", "#", "-C", "1", "-W", "5")
            assert (code, "not authorised" in said) == (5, True), said
        with subtests.test("the debug listener is on loopback alone"):
            debug_is_on_loopback_alone(running)
        for service in (*SERVICES, "setup"):
            with subtests.test(f"{service} may do nothing but its work"):
                it_is_contained(running.containers()[service].attrs)
        with subtests.test("all fit a small Pi"):
            limits = [running.containers()[service].attrs["HostConfig"]["Memory"] for service in SERVICES]
            assert all(limits)
            assert sum(limits) <= 704 * 2**20
        with subtests.test("those limits are real, and the containers look at them"):
            code, said = running.run_in(
                "api", "python", "-c", "from services.shared.limits import DECLARED as d, unreal as u; print(d, u())"
            )
            assert (code, said.strip()) == (0, "declared None"), said
        with subtests.test("nothing is compiled when it starts"):
            nothing_is_compiled(running)
        with subtests.test("a backup can be taken away"):
            assert [running.run_in("backup", *asked)[0] for asked in (("ssh", "-V"), ("rsync", "--version"))] == [0, 0]
        with subtests.test("told to stop, all end in order and in time"):
            all_end_when_told(running)


def test_the_simulated_site_is_curtailed_and_a_controller_that_died_goes_on(tmp_path: Path, subtests: pytest.Subtests) -> None:
    with stack(tmp_path, demo=True) as running:
        with subtests.test("all are healthy and know each other"):
            all_are_healthy(running, (*SERVICES, "simulator"))
        with subtests.test("the page shows the load that runs"):
            assert running.ask("page", "GET", "/")[0] == 200
            wait(lambda: mode(running) == "normal" and kilowatts(running) > 40, 90, "a site at work")
        with subtests.test("the utility asks, and the load is proven off"):
            assert running.ask("simulator", "POST", "/signal", {"level": "control"})[0] == 200
            wait(lambda: mode(running) == "curtailed", 120, "curtailed")
            assert 0 <= kilowatts(running) < 10
        with subtests.test("a controller that is killed is started again and remembers"):
            a_killed_controller_goes_on(running)
        with subtests.test("a controller and a broker that hang are ended by their health checks and start again"):
            what_was_stopped_comes_back(running, "controller", "mosquitto")
        with subtests.test("the simulated site is contained and on loopback alone"):
            it_is_contained(running.containers()["simulator"].attrs)
            assert hosts_of(running, "simulator", "17999/tcp") == {"127.0.0.1"}
        with subtests.test("told to stop, all end in order and in time"):
            all_end_when_told(running)


def test_with_tls_the_page_speaks_https_with_the_generated_certificate_and_all_else_goes_on(
    tmp_path: Path, subtests: pytest.Subtests
) -> None:
    with stack(tmp_path, demo=False, config="[API]\ntls = yes\nview = login\n") as running:
        running.trusted = ssl.create_default_context(cadata=secret_of(running, "tls.crt"))
        with subtests.test("nobody looks without a login, and the page leads to it"):
            assert running.ask("page", "GET", "/api/status")[0] == 401
            status, headers, _ = running.exchange("page", "GET", "/cost")
            assert (status, headers["Location"]) == (303, "/login?back=%2Fcost")
            assert "max-age" in headers["Strict-Transport-Security"]
        with subtests.test("plain HTTP gets no answer of the page"):
            assert not speaks_plain_http(running)
        with subtests.test("a login works through it"):
            csrf = logged_in(running)
        with subtests.test("all are healthy and know each other"):
            all_are_healthy(running, SERVICES)
        with subtests.test("what is asked by that login reaches the controller"):
            status, _, said = running.exchange("page", "POST", "/api/v1/requests/cycle", {"reason": "looking"})
            assert (status, b"no-csrf" in said) == (403, True), said
            status, _, said = running.exchange("page", "POST", "/api/v1/requests/cycle", {}, **{"X-CSRF-Token": csrf})
            assert (status, json.loads(said)["state"]) == (202, "done"), said
        with subtests.test("mine works inside, by the debug listener and by the page"):
            mine_works_inside(running)
        with subtests.test("with a frozen broker a stop gets through, and what was said before it is not told as the present"):
            a_stop_past_a_frozen_broker_is_not_called_safe(running)
        with subtests.test("told to stop, all end in order and in time"):
            all_end_when_told(running)


def secret_of(running: Stack, name: str) -> str:
    code, text = running.run_in("api", "cat", f"/secrets/{name}")
    assert code == 0, text
    return text


def speaks_plain_http(running: Stack) -> bool:
    with socket.create_connection(("127.0.0.1", running.ports["page"]), timeout=10) as plain:
        plain.sendall(b"GET /api/status HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        try:
            return plain.recv(100).startswith(b"HTTP/")
        except ConnectionResetError:
            return False


def logged_in(running: Stack) -> str:
    """Log in as the operator that `setup` made; what writing requests must carry."""
    body = {"name": "operator", "password": secret_of(running, "operator-password").strip()}
    status, headers, said = running.exchange("page", "POST", "/api/v1/login", body)
    assert status == 200, said
    assert {"Secure", "HttpOnly", "SameSite=strict"} <= {part.strip() for part in headers["Set-Cookie"].split(";")}
    running.cookie = headers["Set-Cookie"].partition(";")[0]
    assert json.loads(running.ask("page", "GET", "/api/v1/me")[1])["how"] == "session"
    return str(json.loads(said)["csrf"])


def mine_works_inside(running: Stack) -> None:
    code, said = running.run_in("api", "mine", "status")
    assert (code, "observ" in said.lower()) == (0, True), said
    code, said = running.run_in("api", "env", "MINE_API_DEBUG_PORT=1", "mine", "status")  # then only the page's listener is there
    assert (code, "observ" in said.lower()) == (0, True), said
    code, said = running.run_in("api", "env", "MINE_API_DEBUG_PORT=1", "mine", "curtail", "--minutes", "1", "--reason", "a try")
    assert (code, "Ordered: lease" in said) == (0, True), said
    code, said = running.run_in("controller", "mine", "stop", "--no-wait", "--reason", "a try")  # there is no api in there
    assert (code, "ORDERED, straight to the controller" in said, "nothing is switched" in said) == (1, True, True), said


def a_stop_past_a_frozen_broker_is_not_called_safe(running: Stack) -> None:
    code, said = running.run_in("controller", "mine", "status")  # there is no api in there
    assert code == 3, said
    running.containers()["mosquitto"].pause()
    try:
        code, said = running.run_in("api", "mine", "stop", "--no-wait", "--reason", "a try")
        assert (code, "went straight to the controller" in said, "nothing is switched" in said) == (1, True, True), said
        code, said = running.run_in("api", "mine", "status")
        assert (code, "Nothing is known of the site at present." in said, "Safe" in said) == (0, True, False), said
    finally:
        running.containers()["mosquitto"].unpause()
    wait(lambda: "EMERGENCY" in running.run_in("api", "mine", "status")[1], 60, "the controller is heard again")


def all_are_healthy(running: Stack, services: tuple[str, ...]) -> None:
    assert {name: running.state(name)["Health"]["Status"] for name in services} == dict.fromkeys(services, "healthy")
    assert running.state("setup")["ExitCode"] == 0
    wait(lambda: running.status().get("services") == dict.fromkeys(MINE, "online"), 30, "presence of all services")


def it_observes_and_says_what_is_missing(running: Stack) -> None:
    wait(lambda: running.status().get("control") == "observe", 30)
    code, body = running.ask("page", "GET", "/dashboard_data.json")
    missing = json.loads(body)["missing"]
    assert code == 200
    assert any("observe" in sentence for sentence in missing)
    assert any("No power signal" in sentence for sentence in missing)


def debug_is_on_loopback_alone(running: Stack) -> None:
    assert running.ask("page", "GET", "/debug.html")[0] == 404
    assert running.ask("page", "POST", "/api/debug/power-signal", {})[0] == 404
    assert running.ask("debug", "GET", "/debug.html")[0] == 200
    assert running.ask("debug", "POST", "/api/debug/power-signal", {})[0] == 422
    assert hosts_of(running, "api", "5000/tcp") == {"127.0.0.1"}
    script = "import socket; s = socket.create_connection(('api', 5000), 5); s.sendall(b'GET /debug.html HTTP/1.0\\r\\n\\r\\n')"
    code, said = running.run_in("collector", "python", "-c", f"{script}; print(s.recv(99))")
    assert (code, " 403 " in said) == (0, True), said


def it_is_contained(attrs: dict[str, Any]) -> None:
    host = attrs["HostConfig"]
    assert attrs["Config"]["User"].startswith("10001")
    assert host["ReadonlyRootfs"]
    assert (host["CapDrop"], host["CapAdd"], host["Privileged"]) == (["ALL"], None, False)
    assert "no-new-privileges:true" in host["SecurityOpt"]
    assert host["Init"]
    assert host["PidsLimit"]
    assert host["LogConfig"]["Config"] == {"max-size": "5m", "max-file": "3"}
    assert not [text for text in attrs["Config"]["Env"] if "PASSWORD=" in text or "TOKEN=" in text]


def nothing_is_compiled(running: Stack) -> None:
    """Every module comes from byte code: the containers cannot write it, so it would be made again at each health check."""
    code, said = running.run_in("api", "python", "-v", "-c", "import services.api.wiring, services.cli.main, services.cli.status")
    text_alone = [line for line in said.splitlines() if line.startswith("# code object from /")]
    assert (code, text_alone) == (0, [])


def hosts_of(running: Stack, service: str, port: str) -> set[str]:
    return {bound["HostIp"] for bound in running.containers()[service].attrs["NetworkSettings"]["Ports"][port]}


def a_killed_controller_goes_on(running: Stack) -> None:
    before = running.state("controller")["StartedAt"]
    running.run_in("controller", "python", "-c", "import os; os.kill(-1, 9)")  # all but the container's first process
    wait(lambda: running.state("controller")["StartedAt"] > before, 30, "a new start")
    wait(lambda: running.state("controller")["Health"]["Status"] == "healthy", 60, "healthy again")
    assert running.containers()["controller"].attrs["RestartCount"] == 1
    wait(lambda: mode(running) == "curtailed" and not running.status()["stale"], 60, "curtailed as before")
    assert 0 <= kilowatts(running) < 10


def what_was_stopped_comes_back(running: Stack, *services: str) -> None:
    """SIGSTOP to all but the container's first process: the engine sees nothing end."""
    before = {name: running.state(name)["StartedAt"] for name in services}
    for name in services:
        assert running.run_in(name, "sh", "-c", "kill -STOP -1")[0] == 0
    wait(lambda: all(running.state(name)["StartedAt"] > before[name] for name in services), 100, "new starts")
    wait(lambda: all(running.state(name)["Health"]["Status"] == "healthy" for name in services), 60, "healthy again")
    wait(lambda: mode(running) == "curtailed" and not running.status()["stale"], 60, "curtailed as before")


def all_end_when_told(running: Stack) -> None:
    """A container that needs longer than its 15 s is killed, which its exit code tells (137)."""
    running.compose.stop(down=False)
    assert {name: one.attrs["HostConfig"]["RestartPolicy"]["Name"] for name, one in running.containers().items()} == {
        **dict.fromkeys(set(running.containers()) - {"setup"}, "unless-stopped"),
        "setup": "no",
    }
    assert {one.attrs["Config"]["StopTimeout"] for one in running.containers().values()} == {STOP_WITHIN_S}
    assert {name: running.state(name)["ExitCode"] for name in running.containers()} == dict.fromkeys(running.containers(), 0)


def mode(running: Stack) -> str | None:
    return running.status().get("mode")


def kilowatts(running: Stack) -> float:
    measured = running.status()["load"]["measured_kw"]
    return -1.0 if measured is None else float(measured)
