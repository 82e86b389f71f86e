"""HTTP Digest authentication (RFC 2617, MD5, qop auth): what an IoTaWatt with a password asks for.

The nonce is kept as long as the device takes it and `nc` only grows: each new handshake costs the device a session of 600 s,
and a hundred of them its memory.
"""

import re
import secrets
from hashlib import md5

from services.shared.device import Refused

_FIELD = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')


class Digest:
    """The credentials of one device and its last challenge."""

    def __init__(self, user: str, password: str) -> None:
        self._user = user
        self._password = password
        self._realm = ""
        self._nonce = ""
        self._count = 0

    def challenged(self, www_authenticate: str) -> None:
        """Take a new challenge. Raises Refused if it asks for anything but Digest with MD5."""
        scheme, _, rest = www_authenticate.partition(" ")
        fields = {name.lower(): quoted or bare for name, quoted, bare in _FIELD.findall(rest)}
        if scheme.lower() != "digest" or fields.get("algorithm", "MD5").upper() != "MD5" or not fields.get("nonce"):
            raise Refused(f"it asks for {scheme or 'nothing'} authentication that is not understood")
        self._realm, self._nonce, self._count = fields.get("realm", ""), fields["nonce"], 0

    def headers(self, method: str, uri: str) -> dict[str, str]:
        """The header of the next request; none before the first challenge."""
        if not self._nonce:
            return {}
        self._count += 1
        count, own = f"{self._count:08x}", secrets.token_hex(8)
        who = _md5(f"{self._user}:{self._realm}:{self._password}")
        response = _md5(f"{who}:{self._nonce}:{count}:{own}:auth:{_md5(f'{method}:{uri}')}")
        return {
            "Authorization": f'Digest username="{self._user}", realm="{self._realm}", nonce="{self._nonce}", uri="{uri}", '
            f'qop=auth, nc={count}, cnonce="{own}", response="{response}"'
        }


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()
