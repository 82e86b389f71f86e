"""What a section of the operator's file is."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A section of the file. `NAMED` sections may stand several times, each with a name of its own."""

    TITLE: ClassVar[str]
    NAMED: ClassVar[bool] = False
    ABOUT: ClassVar[str] = ""
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
