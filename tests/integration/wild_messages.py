"""Messages of every type as nobody honest sends them: in their form with wild values, with a wrong form, and as bytes."""

import json
import random
from typing import Any

from services.shared.messages import Message

NUMBERS = (0, -1, 1e308, -1e308, 5e-324, 1e18, -1e18, 2**63, -(2**63), 253402300800.0, 1795358000.0, 0.1)
TEXTS = (
    "",
    " ",
    "a",
    "\x00",
    "é",
    "\U0001f525",
    "../../etc/passwd",
    "'; DROP TABLE events; --",
    "x" * 3_000,
    "NaN",
    "roomalert-1",
    "{}",
    "[",
)
WRONG = (None, True, [], {}, "1", 1.5, -1, [[[]]], {"a": {"b": 1}})


def in_form(kind: type[Message], chance: random.Random) -> dict[str, Any]:
    """A payload that fits the message's schema, with values that no device has."""
    schema = kind.model_json_schema(by_alias=True)
    made: dict[str, Any] = _value(schema, schema.get("$defs", {}), chance)
    return made


def wrong_form(kind: type[Message], chance: random.Random) -> bytes:
    """The same with one thing wrong: a key missing, one too many, a value of another type, a part cut off, a byte turned."""
    payload = in_form(kind, chance)
    key = chance.choice(sorted(payload))
    raw = json.dumps(payload).encode()
    ways = (
        lambda: json.dumps({**payload, "surprise": 1}).encode(),
        lambda: json.dumps({**payload, key: chance.choice(WRONG)}).encode(),
        lambda: json.dumps({**payload, "sent_at": float("nan")}).encode(),
        lambda: json.dumps({**payload, "sent_at": 0}).replace('"sent_at": 0', '"sent_at": 1e999').encode(),
        lambda: raw[: chance.randrange(len(raw))],
        lambda: raw.replace(b'"', bytes([chance.randrange(256)]), 1),
        lambda: b"[" * chance.randrange(1, 50_000),
        lambda: chance.randbytes(chance.randrange(0, 3_000)),
    )
    return chance.choice(ways)()


def _value(schema: dict[str, Any], parts: dict[str, Any], chance: random.Random) -> Any:
    if "$ref" in schema:
        return _value(parts[schema["$ref"].rpartition("/")[2]], parts, chance)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return chance.choice(schema["enum"])
    if "anyOf" in schema:
        return _value(chance.choice(schema["anyOf"]), parts, chance)
    return _of_type(schema, parts, chance)


def _of_type(schema: dict[str, Any], parts: dict[str, Any], chance: random.Random) -> Any:
    match schema.get("type"):
        case "object":
            wanted = set(schema.get("required", ())) | {"schema"}
            fields = schema.get("properties", {}).items()
            return {name: _value(one, parts, chance) for name, one in fields if name in wanted or chance.random() < 0.7}
        case "array" if "prefixItems" in schema:
            return [_value(one, parts, chance) for one in schema["prefixItems"]]
        case "array":
            return [_value(schema["items"], parts, chance) for _ in range(chance.randrange(4))]
        case "number":
            return float(chance.choice(NUMBERS))
        case "integer":
            return int(chance.choice((0, 1, -1, 7, 2**31, 2**53, 2**63, -(2**63), 10**30)))
        case "boolean":
            return chance.random() < 0.5
        case "null":
            return None
        case _:
            return chance.choice(TEXTS)
