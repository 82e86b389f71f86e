"""An archive that only a passphrase opens, for what leaves the site.

It is what `openssl enc -aes-256-cbc -pbkdf2 -iter 600000` writes (the program that makes our certificate, too), and behind it an
HMAC-SHA256 over all of that, which is looked at before anything is decrypted. By hand, where there is none of our programs:
`head -c -32 FILE | openssl enc -d -aes-256-cbc -pbkdf2 -iter 600000 | tar xz`. https://docs.openssl.org/3.0/man1/openssl-enc/
"""

import hashlib
import hmac
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from services.backup.trouble import Trouble

ENDING = ".enc"
_ROUNDS = 600_000
_CHUNK = 1 << 20
_MAC = 32
_SALT = slice(8, 16)
"""Behind the word `Salted__`, as openssl begins its files."""
_WITHIN_S = 3600.0


def seal(path: Path, target: Path, passphrase: str) -> None:
    """Encrypt a file into a new one. Raises Trouble or OSError."""
    with path.open("rb") as source, target.open("xb") as out:
        target.chmod(0o600)
        _openssl((), passphrase, source, out)
    with target.open("r+b") as out:
        mac = _mac(out, target.stat().st_size, passphrase)
        out.seek(0, os.SEEK_END)
        out.write(mac)


def unseal(path: Path, target: Path, passphrase: str) -> None:
    """The file that was sealed. Raises Trouble where it was changed, or the passphrase is another; or OSError."""
    size = path.stat().st_size - _MAC
    with path.open("rb") as source, target.open("xb") as out:
        target.chmod(0o600)
        mac = _mac(source, size, passphrase)
        if not hmac.compare_digest(mac, source.read(_MAC)):
            raise Trouble(f"{path.name} cannot be opened: another passphrase, or the file was changed")
        source.seek(0)
        _openssl(("-d",), passphrase, source, out, size)


def _mac(file: IO[bytes], size: int, passphrase: str) -> bytes:
    """Of the first `size` bytes; the file stands behind them afterwards."""
    file.seek(0)
    salt = file.read(_SALT.stop)[_SALT]
    key = hashlib.pbkdf2_hmac("sha256", passphrase.encode(), b"mine-backup" + salt, _ROUNDS)
    mac = hmac.new(key, digestmod="sha256")
    file.seek(0)
    while size > 0 and (chunk := file.read(min(_CHUNK, size))):
        mac.update(chunk)
        size -= len(chunk)
    return mac.digest()


def _openssl(how: Sequence[str], passphrase: str, source: IO[bytes], out: IO[bytes], size: int | None = None) -> None:
    program = shutil.which("openssl")
    if program is None:
        raise Trouble("the program openssl is not there: nothing can be encrypted")
    told, telling = os.pipe()
    os.write(telling, passphrase.encode() + b"\n")
    os.close(telling)
    argv = [program, "enc", *how, "-aes-256-cbc", "-pbkdf2", "-iter", str(_ROUNDS), "-md", "sha256", "-pass", f"fd:{told}"]
    piped = source if size is None else subprocess.PIPE
    try:
        process = subprocess.Popen(  # noqa: S603 - our own words
            argv, stdin=piped, stdout=out, stderr=subprocess.PIPE, pass_fds=(told,)
        )
    finally:
        os.close(told)
    with process:
        try:
            if size is not None:
                _feed(process, source, size)
            _, words = process.communicate(timeout=_WITHIN_S)
        except (subprocess.TimeoutExpired, BrokenPipeError):
            process.kill()
            raise Trouble("openssl did not end") from None
    if process.returncode:
        raise Trouble(f"openssl refused: {words.decode('utf-8', 'replace').strip()[-200:]}")


def _feed(process: "subprocess.Popen[bytes]", source: IO[bytes], size: int) -> None:
    assert process.stdin is not None
    while size > 0 and (chunk := source.read(min(_CHUNK, size))):
        process.stdin.write(chunk)
        size -= len(chunk)
    process.stdin.close()
    process.stdin = None
