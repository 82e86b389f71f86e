"""What people who mean harm send, and what an accident looks like."""

import json

TRICKS = (
    "../../../../etc/passwd",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%5c..%5cwindows%5cwin.ini",
    "/etc/passwd",
    "%00",
    "a\x00b",
    "'",
    "' OR 1=1 --",
    '"; DROP TABLE readings; --',
    "1; DROP TABLE events",
    "x' UNION SELECT sql FROM sqlite_master --",
    "%",
    "*",
    "{{7*7}}",
    "${jndi:ldap://127.0.0.1/x}",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "a\r\nSet-Cookie: owned=1",
    "%0d%0aSet-Cookie:%20owned=1",
    "\ufeff",
    "\u202e",
    "\U0001f525" * 30,
    "１２",
    "-1",
    "1e999",
    "NaN",
    "9" * 400,
    "x" * 5_000,
    " ",
    "",
    "null",
    "true",
    "[]",
    "http://127.0.0.1:1/",
)
"""Texts for every parameter and every text of a body."""

NUMBERS = (
    *(b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999", b"9" * 400),
    *(b"1e-400", b"-0.0", b"1E308", b"9007199254740993", b'"1"', b"true"),
)
"""JSON, or nearly, in the place of a number."""

WAYS_OUT = (
    *("/../../../../etc/passwd", "/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/assets/../../../../etc/passwd", "//etc/passwd"),
    *("/assets/%2e%2e%2f%2e%2e%2fetc/passwd", "/assets/..%5c..%5cetc", "/assets/%00", "/assets/x%00.js", "/assets//etc/passwd"),
    *("/%2fetc%2fpasswd", "/.git/config", "/.env", "/data/mine_data.db", "/mine_data.db", "/config/config.txt", "/~root"),
    *("/assets/....//....//etc/passwd", "/%c0%ae%c0%ae/etc/passwd", "/assets/" + "a" * 300 + ".js", "/secrets/ops"),
    *("http://127.0.0.1:1/x", "*"),
)
"""Paths that lead out of the page's folder where they are believed."""

BOMBS = (
    b"[" * 60_000,
    b'{"a":' * 12_000,
    b"[" * 30_000 + b"]" * 30_000,
    b'{"set":' + b'{"a":' * 9_000 + b"1" + b"}" * 9_001,
    json.dumps({"set": {f"k{number}": 1 for number in range(5_000)}}).encode(),
    json.dumps({"members": ["x"] * 12_000}).encode(),
    b'{"reason":"' + b"\\u0041" * 10_000 + b'"}',
    b'{"stage":77' + b',"stage":77' * 5_000 + b"}",
    b"9" * 60_000,
    b'"' + b"a" * 65_000,
)
"""Small bodies that are much to read: deep, wide, repeated."""

FOREIGN = (
    {"Host": "evil.example"},
    {"Host": "evil.example:5000"},
    {"Host": "127.0.0.1.evil.example"},
    {"Host": "localhost.evil.example"},
    {"Host": ""},
    {"Host": "[::1"},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "file://"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "http://["},
)
"""What a browser sends for the page of another site, or for a name that somebody points at this address."""

WRONG_HEADS = (
    b"GET /api/status HTTP/9.9\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET  /api/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET /api/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\nHost: y\r\n\r\n",
    b"GET /api/status HTTP/1.1\r\n\r\n",
    b"GET /api/\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET /api/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: a\x00b\r\n\r\n",
    b"GET /api/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n folded: line\r\n\r\n",
    b"POST /api/debug/fans HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: -1\r\n\r\n",
    b"POST /api/debug/fans HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
    b"POST /api/debug/fans HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    b"POST /api/debug/fans HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n" + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /api/debug/fans HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    b"POST /api/debug/fans HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)),
    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Large: " + b"a" * 100_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    + b"".join(b"X-%d: y\r\n" % number for number in range(20_000))
    + b"\r\n",
)


"""Heads that no client sends, each alone on its connection."""
