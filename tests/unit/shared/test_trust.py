"""Whom we trust over TLS: the system's authorities, each read when it is needed where that can be, and nobody beside them."""

import asyncio
import hashlib
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.shared.device import Unreachable
from services.shared.http import HttpClient
from services.shared.trust import authorities


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system that keeps its authorities as Debian does: one, in a file of its own by its hash, and in a bundle."""
    folder = tmp_path / "certs"
    folder.mkdir()
    monkeypatch.setenv("SSL_CERT_DIR", str(folder))
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("mine.test"), x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    # OpenSSL's X509_NAME_hash: of the name as it is, when it is short and in small letters, without its outermost head.
    number = int.from_bytes(hashlib.sha1(name.public_bytes()[2:], usedforsecurity=False).digest()[:4], "little")
    (folder / f"{number:08x}.0").write_bytes(pem)
    (folder / "ca-certificates.crt").write_bytes(pem)
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder


def of_server(system: Path) -> ssl.SSLContext:
    """A server's, with the authority's own certificate."""
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(system / "ca-certificates.crt", system.parent / "key.pem")
    return theirs


def forget_all(system: Path) -> None:
    """Nobody is trusted any more."""
    for file in system.iterdir():
        file.unlink()


def shake_hands(ours: ssl.SSLContext, system: Path) -> None:
    """With a server that has the authority's own certificate."""
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    server, client = (
        of_server(system).wrap_bio(there, back, server_side=True),
        ours.wrap_bio(back, there, server_hostname="mine.test"),
    )
    for side in (client, server, client):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue


def test_an_authority_is_read_when_somebody_shows_its_name_and_not_before(system: Path) -> None:
    context = authorities()
    assert context.get_ca_certs() == []
    shake_hands(context, system)
    assert len(context.get_ca_certs()) == 1


def test_who_is_not_among_them_is_not_trusted(system: Path) -> None:
    for file in system.glob("*.0"):
        file.rename(system / "00000000.0")
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(authorities(), system)


def test_where_somebody_names_a_file_it_counts_and_without_a_folder_we_still_verify(
    system: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(system / "ca-certificates.crt"))
    assert len(authorities().get_ca_certs()) == 1
    monkeypatch.delenv("SSL_CERT_FILE")
    forget_all(system)
    assert authorities().verify_mode is ssl.CERT_REQUIRED
    monkeypatch.setenv("SSL_CERT_DIR", str(system / "nowhere"))
    assert authorities().verify_mode is ssl.CERT_REQUIRED


@pytest.mark.asyncio
async def test_over_https_we_speak_with_who_is_trusted_and_with_nobody_else(
    system: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        writer.close()

    monkeypatch.setattr("services.shared.http._usual", authorities)
    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=of_server(system)) as server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        client = HttpClient()
        assert (await client.request("GET", url)).status == 204
        await client.close()
        forget_all(system)
        with pytest.raises(Unreachable, match="its certificate is not trusted"):
            await client.request("GET", url)
        await client.close()
