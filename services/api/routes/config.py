"""The configuration as the services read it: each key, its value, where that comes from; secrets are masked."""

from dataclasses import asdict

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict

from services.api import etag
from services.api.door import ByDoor
from services.api.login.gate import known
from services.api.problems import responses
from services.shared.settings.told import told

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

    `mistakes`: why what lies on the card now would not start again. `changed`: what of it is not in force before a restart.
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
                }
            ]
        }
    )  # fmt: skip
    keys: tuple[ConfigKey, ...]
    warnings: tuple[str, ...]
    mistakes: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


@router.get("/config", operation_id="getConfig", response_model=Config, responses=etag.RESPONSES)
async def get_config(door: ByDoor, request: Request, _known: etag.Known = None) -> Response:
    """Every key with its value and where that comes from. It is read once, at the start; a later change is told beside it."""
    keys = tuple(ConfigKey(**asdict(key)) for key in told(door.settings))
    lies = await door.config.now()
    told_of = Config(keys=keys, warnings=door.settings.warnings, mistakes=lies.mistakes, changed=lies.changed)
    return etag.tagged(request, told_of)
