"""The containers' health check against the real inner app."""

import asyncio
import socket

import pytest

from services.shared import healthcheck
from services.shared.ops import Ops
from tests.unit.shared.test_ops import serving


async def checked(ops: Ops) -> int:
    return await asyncio.to_thread(healthcheck.main, ["controller"], {"MINE_OPS_CONTROLLER_PORT": str(ops.port)})


@pytest.mark.asyncio
async def test_a_service_is_well_while_its_loop_ticks_and_not_when_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    age_s = [0.1]
    ops = Ops("controller", tick_age_s=lambda: age_s[0])
    async with serving(ops):
        assert await checked(ops) == 0
        age_s[0] = 2.5
        assert await checked(ops) == 1
    assert "tick is 2.5 s old" in capsys.readouterr().err


def test_a_service_that_is_not_there_or_says_nothing_is_not_well(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        with pytest.raises(TimeoutError):
            healthcheck.ask(port, deadline_s=0.05)
    assert healthcheck.main(["api"], {"MINE_OPS_API_PORT": str(port)}) == 1
    assert "api: " in capsys.readouterr().err


def test_an_answer_that_is_not_plainly_well_is_not_well() -> None:
    assert healthcheck.is_well(b"HTTP/1.1 200 OK\r\n\r\n{}")
    for answer in (b"", b"HTTP/1.1", b"HTTP/1.1 503 Service Unavailable\r\n\r\n", b"SSH-2.0-x 200\r\n"):
        assert not healthcheck.is_well(answer)


def test_without_a_port_in_the_environment_the_configuration_names_it() -> None:
    assert healthcheck.port_of("api", {"MINE_CONFIG": "config/config.example.txt"}) == 8104


def test_only_our_services_can_be_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert healthcheck.main(["mosquitto"], {}) == 2
    assert healthcheck.main([], {}) == 2
    assert "collector, controller, notifier, api" in capsys.readouterr().err
