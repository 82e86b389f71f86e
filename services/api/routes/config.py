"""The configuration as the services read it: each key, its value, where that comes from; secrets are masked."""

from dataclasses import asdict

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict

from services.api import etag
from services.api.door import ByDoor
from services.api.login.gate import known
from services.api.problems import responses
from services.shared.settings.listing import listed

router = APIRouter(prefix="/api/v1", tags=["present"], dependencies=[Depends(known)], responses=responses(401, 429))


class ConfigKey(BaseModel):
    """One key. `origin`: `default`, a line of the file, or the environment. A secret that is set shows as stars."""

    section: str
    key: str
    value: str
    origin: str
    is_changed: bool


class Config(BaseModel):
    """Every key of every section, in the order of the example, and what was warned of at the start.

    `mistakes`: what is wrong with what lies on the card now. `changed`: what of it is not in force before a restart. Unix seconds
    or null: `kept_at`, since when the last good copy is kept, if the api was started with it and not with the file;
    `next_kept_at`, the same of the copy with which services go on that are started now. Null with mistakes: they would not start.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "keys": [
                        {
                            "section": "GENERAL", "key": "max_temp_celsius", "value": "35", "origin": "config.txt line 4",
                            "is_changed": False,
                        }
                    ],
                    "warnings": [],
                    "mistakes": [],
                    "changed": ["[GENERAL] max_humidity"],
                    "kept_at": None,
                    "next_kept_at": None,
                }
            ]
        }
    )  # fmt: skip
    keys: tuple[ConfigKey, ...]
    warnings: tuple[str, ...]
    mistakes: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    kept_at: float | None = None
    next_kept_at: float | None = None


@router.get("/config", operation_id="getConfig", response_model=Config, responses=etag.RESPONSES)
async def get_config(door: ByDoor, request: Request, _known: etag.Known = None) -> Response:
    """Every key with its value and where that comes from. It is read once, at the start; a later change is told beside it."""
    keys = tuple(ConfigKey(**asdict(key)) for key in listed(door.settings))
    lies = await door.config.now()
    told_of = Config(
        keys=keys, warnings=door.settings.warnings, mistakes=lies.mistakes, changed=lies.changed,
        kept_at=door.settings.kept_at, next_kept_at=lies.kept_at,
    )  # fmt: skip
    return etag.tagged(request, told_of)
