"""A row of the check: one thing that is set up, with its verdict and what to do."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.api.image import Image
from services.api.tile_views import Age
from services.shared.messages import DeviceHealth
from services.shared.settings.tree import Settings


class CheckVerdict(StrEnum):
    """`warning`: it works, and something about it is not as meant; `unknown`: nobody can say; `absent`: it is not set up."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"
    UNKNOWN = "unknown"
    ABSENT = "absent"


class Row(BaseModel):
    """One device, channel or part of our own. `what` is its kind in words; `hint` is empty where nothing is to be done."""

    model_config = ConfigDict(frozen=True)

    part: Literal["device", "channel", "site"]
    name: str
    kind: str
    what: str
    address: str = Field(default="", description="host and port, or a topic; never a user or a path, which may hold a secret")
    verdict: CheckVerdict
    words: str
    hint: str = ""
    age_s: Age = Field(default=None, description="seconds since the poll began that the verdict is of; null: there was none")
    took_s: float | None = None
    due_s: float | None = Field(
        default=None, description="a poll that began later ends within so many seconds; null: none is awaited"
    )


class CheckRows(BaseModel):
    """Every row at one moment. A verdict on a device is as old as its `age_s`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "time": 1795348800.0, "version": "2.0.0",
                    "rows": [
                        {"part": "device", "name": "pdu-1", "kind": "snmp_pdu", "what": "PDU", "address": "10.0.0.11",
                         "verdict": "fault", "words": "no answer to 3 x 2 s; a wrong community is silence, too",
                         "hint": "is it switched on?", "age_s": 4.2, "took_s": 6.0, "due_s": 15.0},
                    ],
                }
            ]
        }
    )  # fmt: skip
    time: float
    version: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a poll read, in a few words; `trouble` is what is not as meant, `is_fault` whether it is of no use so."""

    words: str
    trouble: str = ""
    is_fault: bool = False


Judge = Callable[[DeviceHealth, Image, Settings], Found]
"""What to say of a device of its kind that answered."""
