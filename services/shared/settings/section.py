"""What a section of the operator's file is."""

from typing import Any, ClassVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from services.shared.settings.numbers import written

_NUMBERS = (int, float)


class Section(BaseModel):
    """A section of the file. `NAMED` sections may stand several times, each with a name of its own.

    `IS_A_DEVICE`: each of them is a signal, a sensor or a device, known by that name. `FIELD` is where the tree of the settings
    keeps it; empty: under its title in small letters. `OF_A_SITE`: who has it has a plant; what a second machine may have too
    says no.
    """

    TITLE: ClassVar[str]
    NAMED: ClassVar[bool] = False
    IS_A_DEVICE: ClassVar[bool] = False
    FIELD: ClassVar[str] = ""
    OF_A_SITE: ClassVar[bool] = True
    ABOUT: ClassVar[str] = ""
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _number(cls, value: Any, info: ValidationInfo) -> Any:
        """The text of a number only where it is written as one."""
        kind = cls.model_fields[str(info.field_name)].annotation
        if isinstance(value, str) and any(one in _NUMBERS for one in (kind, *get_args(kind))):
            try:
                return written(value)
            except ValueError as error:
                raise PydanticCustomError("number", "{why}", {"why": str(error)}) from error
        return value

    @classmethod
    def field_name(cls) -> str:
        """The attribute of `Settings` that holds it: one section, or all of them by name."""
        return cls.FIELD or cls.TITLE.lower()
