"""The page's types, made from the models of what it is told."""

from enum import StrEnum
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from services.cli.page_types import UnknownForm, declared, type_of


class Colour(StrEnum):
    """What a lamp shows."""

    RED = "red"
    DARK = "dark"


class Lamp(BaseModel):
    """A lamp."""

    name: str = Field(description="as on its plate")
    colour: Colour | Literal["broken"]
    watts: float | None = None
    seen: tuple[Colour, ...] = ()
    told: dict[str, int]
    raw: dict[str, Any]


def test_null_is_a_type_words_are_a_union_and_what_a_field_means_stands_beside_it() -> None:
    _, schemas = models_json_schema([(Lamp, "serialization")])
    made = {name: declared(name, schema) for name, schema in schemas["$defs"].items()}
    assert made["Colour"] == '/** What a lamp shows. */\nexport type Colour = "red" | "dark";\n'
    assert made["Lamp"].splitlines() == [
        "/** A lamp. */",
        "export interface Lamp {",
        "  name: string; // as on its plate",
        '  colour: Colour | "broken";',
        "  watts: number | null;",
        "  seen: Colour[];",
        "  told: Record<string, number>;",
        "  raw: Record<string, unknown>;",
        "}",
    ]


@pytest.mark.parametrize(
    "schema",
    [
        {"oneOf": [{"type": "string"}, {"type": "null"}]},
        {"type": "array", "prefixItems": [{"type": "number"}, {"type": "string"}], "minItems": 2, "maxItems": 2},
        {"type": "string", "format": "date-time"},
        {"type": "object", "patternProperties": {"^a": {"type": "string"}}},
        {"$ref": "https://elsewhere.example/schema"},
    ],
)
def test_a_form_of_a_schema_that_it_does_not_know_is_refused_and_not_guessed(schema: dict[str, Any]) -> None:
    with pytest.raises(UnknownForm):
        type_of(schema)


def test_two_models_of_one_name_are_refused() -> None:
    with pytest.raises(UnknownForm):
        declared("services__a__Row-Output", {"type": "object", "properties": {}})
