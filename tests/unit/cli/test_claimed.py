"""A run begins only where every port of its programs is free: each one that is not is named, with the key that changes it."""

import socket

import pytest
import typer

from services.cli.claimed import listeners, ports_or_exit
from services.shared.settings import load, port_checks
from services.shared.settings.simulator_ports import device_ports
from tests.ports import free_block, free_port


@pytest.fixture
def env() -> dict[str, str]:
    ports = ("API_PORT", "API_DEBUG_PORT", *(f"OPS_{name}_PORT" for name in ("COLLECTOR", "CONTROLLER", "NOTIFIER", "API")))
    own = {f"MINE_{name}": str(free_port()) for name in (*ports, "SIMULATOR_CONTROL_PORT")}
    return {
        "MINE_CONFIG": "config/demo.txt",
        "MINE_API_HOST": "127.0.0.1",
        "MINE_SIMULATOR_BASE_PORT": str(free_block(20)),
        **own,
    }


@pytest.mark.parametrize(("name", "kind"), [("foreman", socket.SOCK_STREAM), ("pdu-2", socket.SOCK_DGRAM)])
def test_a_taken_port_of_any_simulated_device_is_named(
    env: dict[str, str], name: str, kind: int, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load(env=env)
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", dict(device_ports(settings))[name]))
        if kind == socket.SOCK_STREAM:
            taken.listen()
        with pytest.raises(typer.Exit) as ended:
            ports_or_exit(listeners(settings, simulated=True), port_checks.simulated(settings))
        port = taken.getsockname()[1]
    assert ended.value.exit_code == 3
    assert (
        f"port {port} of 127.0.0.1: Address already in use; name another in MINE_SIMULATOR_BASE_PORT" in capsys.readouterr().err
    )


def test_two_programs_of_the_run_on_one_port_are_found_before_any_starts(capsys: pytest.CaptureFixture[str]) -> None:
    port = free_port()
    with pytest.raises(typer.Exit) as ended:
        ports_or_exit({"MINE_OPS_COLLECTOR_PORT": ("127.0.0.1", port), "MINE_OPS_CONTROLLER_PORT": ("127.0.0.1", port)})
    assert (ended.value.exit_code, "name another in MINE_OPS_CONTROLLER_PORT" in capsys.readouterr().err) == (3, True)


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as own:
            own.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.skipif(not _has_ipv6(), reason="this computer has no ::1")
def test_a_page_that_listens_by_ipv6_finds_its_port_free() -> None:
    ports_or_exit({"MINE_API_PORT": ("::1", free_port())})
