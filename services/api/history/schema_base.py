"""What all tables of `mine_data.db` have in common."""

from typing import ClassVar

from sqlalchemy import MetaData
from sqlmodel import SQLModel

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name, or SQLite could never drop it."""


class Table(SQLModel):
    """The base of our tables, apart from any other metadata of the process."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)
