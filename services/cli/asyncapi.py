"""The messages on the bus as an AsyncAPI 3.0 document, made from services/shared/messages.py."""

import inspect
import re
from typing import Any

from pydantic.json_schema import models_json_schema

from services.shared import messages
from services.shared.version import VERSION

_REF = "#/components/schemas/{model}"
_PING = {
    "name": "Ping",
    "summary": "A service to itself, QoS 0: that its connection carries something. Others hear by it that the service lives.",
    "payload": {"$ref": _REF.format(model="Ping")},
}


def document() -> dict[str, Any]:
    """The whole document; the same every time."""
    _, schemas = models_json_schema([(kind, "serialization") for kind in messages.ALL], ref_template=_REF)
    definitions = schemas["$defs"]
    for kind in messages.ALL:
        definitions[kind.__name__]["properties"].pop("subject", None)
    definitions["Ping"] = {"type": "object", "additionalProperties": False}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Bitcoin Mine Control: messages", "version": VERSION, "description": inspect.getdoc(messages)},
        "servers": {"broker": {"host": "localhost:1883", "protocol": "mqtt", "protocolVersion": "3.1.1"}},
        "defaultContentType": "application/json",
        "channels": {**{kind.__name__: _channel(kind) for kind in messages.ALL}, "Ping": _ping_channel()},
        "operations": {f"receive{kind.__name__}": _operation(kind) for kind in messages.ALL},
        "components": {
            "messages": {**{kind.__name__: _message(kind) for kind in messages.ALL}, "Ping": _PING},
            "schemas": definitions,
        },
    }


def _channel(kind: type[messages.Message]) -> dict[str, Any]:
    address = messages.root("{site}") + re.sub(r"\{(\d)\}", lambda level: f"{{level{int(level.group(1)) + 1}}}", kind.TOPIC)
    return {
        "address": address,
        "description": inspect.getdoc(kind),
        "parameters": {name: {"description": "a-z 0-9 _ -"} for name in re.findall(r"\{(\w+)\}", address)},
        "messages": {kind.__name__: {"$ref": f"#/components/messages/{kind.__name__}"}},
    }


def _ping_channel() -> dict[str, Any]:
    return {
        "address": messages.ping_topic("{site}", "{client}"),
        "description": _PING["summary"],
        "parameters": {name: {"description": "a-z 0-9 _ -"} for name in ("site", "client")},
        "messages": {"Ping": {"$ref": "#/components/messages/Ping"}},
    }


def _operation(kind: type[messages.Message]) -> dict[str, Any]:
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{kind.__name__}"},
        "bindings": {"mqtt": {"qos": 1, "retain": kind.RETAIN}},
    }


def _message(kind: type[messages.Message]) -> dict[str, Any]:
    return {"name": kind.__name__, "summary": inspect.getdoc(kind), "payload": {"$ref": _REF.format(model=kind.__name__)}}
