"""`access.json`: who may come in, by name and hash. `mine setup` makes it, `mine access` changes it, the api reads it."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from services.api.login import hashes
from services.api.login.person import Role
from services.shared.settings.sections import Api
from services.shared.settings.tree import Settings

MOST_BYTES = 1_000_000
MOST_ENTRIES = 500
SESSION_KEY, CERTIFICATE, KEY = "session-key", "tls.crt", "tls.key"
"""The files beside it."""
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$")]
_STRICT = ConfigDict(extra="forbid", frozen=True)


class PersonRecord(BaseModel):
    """A person: the password as `hashes.of_password` writes it; made_at is Unix seconds."""

    model_config = _STRICT
    name: Name
    role: Role
    password: Annotated[str, AfterValidator(hashes.checked)] = Field(repr=False)
    made_at: float = Field(ge=0)


class TokenRecord(BaseModel):
    """A program's token, as its SHA-256."""

    model_config = _STRICT
    name: Name
    role: Role
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", repr=False)
    made_at: float = Field(ge=0)


class Access(BaseModel):
    """The whole file."""

    model_config = _STRICT
    people: tuple[PersonRecord, ...] = Field((), max_length=MOST_ENTRIES)
    tokens: tuple[TokenRecord, ...] = Field((), max_length=MOST_ENTRIES)

    def text(self) -> str:
        """As the file holds it."""
        return self.model_dump_json(indent=1) + "\n"


def path_of(settings: Settings) -> Path:
    """Where the file is; by default in `secrets` of the data folder, which may be another than `data`."""
    named = settings.api.access_file
    if named == Api.model_fields["access_file"].default:
        return Path(settings.data.folder) / "secrets" / "access.json"
    return Path(named)


def read(path: Path) -> Access:
    """The file as it is. Raises OSError, or ValueError with what is wrong and no secret in it."""
    with path.open("rb") as file:
        raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise ValueError(f"more than {MOST_BYTES} bytes")
    try:
        access = Access.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise ValueError(f"{'.'.join(map(str, first['loc'])) or 'the file'}: {first['msg']}") from None
    for kind, entries in (("person", access.people), ("token", access.tokens)):
        names = [entry.name for entry in entries]
        if len(set(names)) < len(names):
            raise ValueError(f"the same {kind} twice")
    return access
