"""HTTPS on the page's listener, with the certificate that setup makes or one of the operator's."""

import socket
import ssl
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from services.api import guard, tls
from services.cli import certificate
from services.cli.setup import provision
from services.shared.settings import SettingsError, sections
from services.shared.settings.tree import Settings
from tests.integration.api_running import Running, running
from tests.ports import free_port

NOBODY_HOME = sections.Broker(host="127.0.0.1", port=1)


def trusting(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=folder / "tls.crt")


async def ask(api: Running, method: str, path: str, trust: ssl.SSLContext, **options: Any) -> aiohttp.ClientResponse:
    async with api.session.request(method, api.lan.replace("http:", "https:") + path, ssl=trust, **options) as response:
        await response.read()
        return response


@pytest.mark.asyncio
async def test_the_page_is_served_over_tls_and_its_cookie_stays_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    provision(tmp_path / "secrets")
    monkeypatch.setattr("tests.integration.api_running._answers", _debug_answers)
    async with running(tmp_path, NOBODY_HOME, api={"tls": True}) as api:
        trust = trusting(tmp_path / "secrets")
        status = await ask(api, "GET", "/api/status", trust)
        assert status.status == 200
        assert status.headers["Strict-Transport-Security"] == guard.HSTS
        password = (tmp_path / "secrets" / "operator-password").read_text().strip()
        login = await ask(api, "POST", "/api/v1/login", trust, json={"name": "operator", "password": password})
        assert login.status == 200
        assert "Secure" in login.headers["Set-Cookie"]
        with pytest.raises(aiohttp.ClientError):
            await api.get("/api/status")  # plain HTTP
        assert (await api.post("/api/debug/emergency-shutdown")).status == 504  # the loopback listener speaks plain HTTP


@pytest.mark.asyncio
async def test_an_old_tls_is_refused_and_a_client_that_never_shakes_hands_keeps_nobody_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provision(tmp_path / "secrets")
    monkeypatch.setattr("tests.integration.api_running._answers", _debug_answers)
    monkeypatch.setattr("services.shared.connections.HANDSHAKE_S", 0.5)
    async with running(tmp_path, NOBODY_HOME, api={"tls": True}) as api:
        trust = trusting(tmp_path / "secrets")
        held = [socket.create_connection(("127.0.0.1", int(api.lan.rpartition(":")[2]))) for _ in range(30)]
        try:
            assert (await ask(api, "GET", "/api/status", trust)).status == 200
        finally:
            for one in held:
                one.close()
        old = trusting(tmp_path / "secrets")
        with pytest.warns(DeprecationWarning):
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.raises(aiohttp.ClientError):
            await ask(api, "GET", "/api/status", old)


async def _debug_answers(it: Running) -> bool:
    try:
        return (await it.get("/api/status", base=it.debug)).status == 200
    except aiohttp.ClientError:
        return False


def settings(folder: Path, **api: Any) -> Settings:
    return Settings(data=sections.Data(folder=str(folder)), api=sections.Api(tls=True, port=free_port(), **api))


def test_a_missing_broken_or_foreign_certificate_stops_the_start_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"\[API\] tls: found no file .*tls.crt and none .*tls.key"):
        tls.context(settings(tmp_path))
    provision(tmp_path / "secrets")
    assert tls.context(settings(tmp_path)) is not None
    broken = tmp_path / "broken.pem"
    broken.write_text("-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n")
    for wrong in (broken, tmp_path / "none.pem", tmp_path):
        with pytest.raises(SettingsError, match=r"\[API\] tls"):
            tls.context(settings(tmp_path, tls_certificate=str(wrong)))
    provision(tmp_path / "other")
    with pytest.raises(SettingsError, match=r"(?i)mismatch"):
        tls.context(settings(tmp_path, tls_key=str(tmp_path / "other" / "tls.key")))


@pytest.mark.asyncio
async def test_the_api_does_not_start_with_a_certificate_that_it_cannot_use(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"tls\.crt"):
        async with running(tmp_path, NOBODY_HOME, api={"tls": True}):
            raise AssertionError("it runs")


def test_without_tls_no_certificate_is_read() -> None:
    assert tls.context(Settings()) is None


def test_the_certificate_has_the_names_it_was_made_with_and_its_key_is_the_owners_alone(tmp_path: Path) -> None:
    assert certificate.provision(tmp_path, ["mine.example", "192.168.1.10"]) == ["tls.crt", "tls.key"]
    assert certificate.provision(tmp_path, []) == []
    assert (tmp_path / "tls.key").stat().st_mode & 0o777 == 0o600
    decoded = ssl._ssl._test_decode_cert(str(tmp_path / "tls.crt"))  # type: ignore[attr-defined]
    names = {value for _, value in decoded["subjectAltName"]}
    assert {"mine.example", "192.168.1.10", "localhost", "127.0.0.1", socket.gethostname().lower()} <= names
