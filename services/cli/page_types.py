"""What the api tells its page as TypeScript: the models of its answers, so that the page can misread none of them."""

import json
from collections.abc import Iterable, Mapping
from textwrap import wrap
from typing import Any, get_args

from pydantic.json_schema import models_json_schema

from services.api import asked, cost, dashboard, load_series, tile_views
from services.api.bus_tap import BusMessage
from services.api.curtailments.model import Curtailments, Kind
from services.api.curtailments.model_story import Story
from services.api.history import commands, happened, records
from services.api.routes import login, present, series

_WIDTH = 130
_ROOTS = (
    tile_views.Aged, dashboard.Dashboard, present.Loads, happened.Events, happened.Decisions, commands.CommandTruth,
    cost.Cost, records.Sensors, records.Alarms, series.SeveralSeries, load_series.LoadSeries, Curtailments, Story,
    asked.AskedRequest, login.Me, BusMessage,
)  # fmt: skip
_NAMED = {get_args(tile_views.Tone): "Tone", get_args(Kind): "CurtailmentKind"}
"""Sets of words that the page speaks of by a name and that have none in a schema."""
_REF = "#/$defs/"
_PLAIN = {"string": "string", "number": "number", "integer": "number", "boolean": "boolean", "null": "null"}
_SILENT = frozenset({"title", "description", "default", "examples"})
"""What says nothing of the form."""
_HEAD = """// Made by services.cli.generate from the models of services/api. Null is unknown, never 0.
// `_at` are Unix seconds UTC, `_s` seconds. A model sends all of its fields.
"""

Schema = Mapping[str, Any]


class UnknownForm(Exception):
    """A schema has a form for which no type of TypeScript is known here."""


def text() -> str:
    """The file."""
    _, schemas = models_json_schema([(kind, "serialization") for kind in _ROOTS])
    named = [_union(name, words) for words, name in _NAMED.items()]
    return "\n".join([_HEAD, *named, *(declared(name, schema) for name, schema in sorted(schemas["$defs"].items()))])


def declared(name: str, schema: Schema) -> str:
    """One definition: words as a union, anything else as an interface. Raises UnknownForm."""
    if not name.isidentifier() or "__" in name:
        raise UnknownForm(f"two models have the name of {name}")
    comment = _comment(schema)
    if "enum" in schema:
        return comment + _union(name, schema["enum"])
    if schema.get("type") != "object" or "properties" not in schema:
        raise UnknownForm(f"{name} is neither a set of words nor an object")
    fields = "".join(_field(key, of) for key, of in schema["properties"].items())
    return f"{comment}export interface {name} {{\n{fields}}}\n"


def type_of(schema: Schema) -> str:
    """The type of one value. Raises UnknownForm."""
    match {key: value for key, value in schema.items() if key not in _SILENT}:
        case {"$ref": str(ref), **others} if not others and ref.startswith(_REF):
            return ref.removeprefix(_REF)
        case {"anyOf": list(forms), **others} if not others:
            return " | ".join(dict.fromkeys(map(type_of, forms)))
        case {"enum": list(words), "type": "string", **others} if not others:
            return _NAMED.get(tuple(words)) or _words(words)
        case {"const": str(word), "type": "string", **others} if not others:
            return json.dumps(word)
        case {"type": "array", "items": dict(items), **others} if not others:
            inner = type_of(items)
            return f"({inner})[]" if " | " in inner else f"{inner}[]"
        case {"type": "object", "additionalProperties": dict() | True as values, **others} if not others:
            return f"Record<string, {'unknown' if values is True else type_of(values)}>"
        case {"type": str(kind), **others} if not others and kind in _PLAIN:
            return _PLAIN[kind]
        case form if not form:
            return "unknown"
    raise UnknownForm(json.dumps(schema))


def _words(words: Iterable[str]) -> str:
    return " | ".join(json.dumps(word) for word in words)


def _union(name: str, words: Iterable[str]) -> str:
    """In one line, or in two, or each word in its own: as the page's formatter has it."""
    begin, line = f"export type {name} =", f"{_words(words)};"
    if len(begin) + 1 + len(line) <= _WIDTH:
        return f"{begin} {line}\n"
    return (
        f"{begin}\n  {line}\n"
        if len(line) + 2 <= _WIDTH
        else begin + "".join(f"\n  | {json.dumps(one)}" for one in words) + ";\n"
    )


def _field(name: str, schema: Schema) -> str:
    line = f"  {name}: {type_of(schema)};"
    said = schema.get("description")
    return f"{line} // {said}\n" if said and len(line) + len(said) + 4 <= _WIDTH else _above(said, "  // ") + f"{line}\n"


def _above(said: str | None, mark: str) -> str:
    return "".join(f"{mark}{line}\n" for line in wrap(said or "", _WIDTH - len(mark)))


def _comment(schema: Schema) -> str:
    lines = schema.get("description", "").splitlines()
    if len(lines) < 2:
        return "".join(f"/** {line} */\n" for line in lines)
    return "/**\n" + "".join(f" * {line}".rstrip() + "\n" for line in lines) + " */\n"
