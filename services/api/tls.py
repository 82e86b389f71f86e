"""HTTPS on the page's listener: the operator's certificate, or the one that `mine setup` made."""

import ssl
from pathlib import Path

from services.api.login.access_file import CERTIFICATE, KEY, path_of
from services.shared.settings.problems import Problem, SettingsError
from services.shared.settings.tree import Settings


def files(settings: Settings) -> tuple[Path, Path]:
    """The certificate's chain and its key."""
    api, folder = settings.api, path_of(settings).parent
    return Path(api.tls_certificate or folder / CERTIFICATE), Path(api.tls_key or folder / KEY)


def context(settings: Settings) -> ssl.SSLContext | None:
    """What the listener speaks, or None for plain HTTP. Raises SettingsError when the certificate cannot be used."""
    if not settings.api.tls:
        return None
    certificate, key = files(settings)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        made.load_cert_chain(certificate, key, password=_no_password)
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        raise _unusable(settings, certificate, key, error) from None
    return made


def _no_password() -> str:
    raise ValueError("the key is locked by a password")


def _unusable(settings: Settings, certificate: Path, key: Path, error: Exception) -> SettingsError:
    missing = [str(path) for path in (certificate, key) if not path.is_file()]
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
    found = f"no file {' and none '.join(missing)}" if missing else f"{certificate} and {key}: {reason}"
    allowed = "a PEM certificate and its key, which the api can read; `mine setup <folder>` makes them"
    where = settings.origins.get("API.tls_certificate" if settings.api.tls_certificate else "API.tls", "default")
    return SettingsError([Problem(where, "[API] tls", found, allowed)])
