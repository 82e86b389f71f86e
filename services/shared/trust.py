"""Whom we take for who they say they are over TLS, where no other authority is named: those that the system trusts."""

import os
import ssl
from pathlib import Path


def authorities() -> ssl.SSLContext:
    """A context that trusts the system's authorities. Where the system has each in a file of its own (OpenSSL's hashed folder, as
    Debian keeps it), one is read when somebody shows its name: all of them read at once are 0.8 MB in every process."""
    return ssl.create_default_context(capath=_one_by_one())


def _one_by_one() -> str | None:
    """The folder, where nothing names a file and the folder has as much as its bundle: both are update-ca-certificates(8)'s."""
    paths = ssl.get_default_verify_paths()
    folder = Path(paths.capath or "/nowhere")
    if os.environ.get(paths.openssl_cafile_env) or not os.access(folder / "ca-certificates.crt", os.R_OK):
        return None
    return str(folder) if any(folder.glob("????????.0")) else None
