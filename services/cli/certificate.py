"""A certificate of our own making for the page's HTTPS, by the program openssl, which every Debian has."""

import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from services.api.login.access_file import CERTIFICATE, KEY
from services.shared.addresses import is_address

DAYS = 3650
_PATIENCE_S = 60.0
_ANYWHERE = "0.0.0.0"  # noqa: S104 - no name of anybody
_ALWAYS = ("localhost", "127.0.0.1", "::1")


def provision(folder: Path, names: list[str]) -> list[str]:
    """Make the certificate and its key, unless one of them is there; the files made, none without openssl. Raises OSError."""
    if (folder / CERTIFICATE).exists() or (folder / KEY).exists() or shutil.which("openssl") is None:
        return []
    with tempfile.TemporaryDirectory(prefix=".tls-", dir=folder) as made:
        _make(Path(made), names)
        for name in (KEY, CERTIFICATE):
            path = Path(made) / name
            path.chmod(0o600)
            path.rename(folder / name)
    return [CERTIFICATE, KEY]


def _make(folder: Path, names: list[str]) -> None:
    argv = [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-sha256",
        "-days", str(DAYS), "-subj", "/CN=Bitcoin Mine Control", "-addext", f"subjectAltName={_alternatives(names)}",
        "-addext", "extendedKeyUsage=serverAuth", "-keyout", str(folder / KEY), "-out", str(folder / CERTIFICATE),
    ]  # fmt: skip
    try:
        # Our own words, and names that the operator gave.
        done = subprocess.run(argv, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise OSError("openssl made no certificate in a minute") from None
    if done.returncode:
        raise OSError(f"openssl made no certificate: {done.stderr.strip()[-300:]}")


def _alternatives(names: list[str]) -> str:
    host = socket.gethostname().lower()
    wanted = dict.fromkeys([*_ALWAYS, host, f"{host}.local", *names])
    return ",".join(f"{'IP' if is_address(name) else 'DNS'}:{name}" for name in wanted if name and name != _ANYWHERE)
