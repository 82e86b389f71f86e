"""Runs in the api's container: what the site says of itself, as lines NAME=VALUE; with an argument it asks for one full cycle.

The argument is the cycle's reason, and so stands in the audit. Standard library alone: it must work beside any version.
Exit code 1: the api does not answer.
"""

import json
import os
import sys
import urllib.request

BASE = f"http://127.0.0.1:{os.environ.get('MINE_API_DEBUG_PORT', '5000')}"


def asked(path: str, body: dict[str, object] | None = None) -> dict[str, object]:
    """The JSON of an answer. Raises OSError, ValueError."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(BASE + path, data, {"Content-Type": "application/json", "X-Mine-User": "update"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return dict(json.load(answer))


def lines(feed: dict[str, object]) -> list[str]:
    """`fresh`: sensors and signals that are read now, and devices that answer; names have no spaces and no commas."""
    fresh = [one["name"] for kind in ("sensors", "signals") for one in feed[kind] if not one["stale"]]
    fresh += [f"device:{one['name']}" for one in feed["devices"] if one["state"] == "ok"]
    silent = feed["state_stale"] or feed["mode"] is None
    return [
        f"mode={'unknown' if silent else feed['mode']}",
        f"decides={'no' if silent else 'yes'}",
        f"stored={'yes' if dict(feed.get('history') or {}).get('ok', True) else 'no'}",
        f"unstored={' '.join(str(dict(feed.get('history') or {}).get('reason') or '').split())}",
        f"trips={len(feed['trips'])}",
        f"control={feed['control']}",
        f"version={feed['version']}",
        f"fresh={','.join(sorted(str(name).replace(' ', '_').replace(',', '_') for name in fresh))}",
    ]


try:
    if len(sys.argv) > 1:
        asked("/api/v1/requests/cycle", {"reason": sys.argv[1]})
    print("\n".join(lines(asked("/dashboard_data.json"))))  # noqa: T201
except (OSError, ValueError, KeyError, TypeError) as error:
    sys.exit(f"the api does not answer: {error}")
