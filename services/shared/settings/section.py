"""What a section of the operator's file is."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


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

    @classmethod
    def field_name(cls) -> str:
        """The attribute of `Settings` that holds it: one section, or all of them by name."""
        return cls.FIELD or cls.TITLE.lower()
