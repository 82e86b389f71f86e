"""docs/manual/configuration.md, made from the tables of services/shared/settings/sections.py."""

from collections.abc import Iterator
from typing import get_origin

from pydantic.fields import FieldInfo

from services.shared.settings.keys import allowed, extra, text_of
from services.shared.settings.load_table import COLUMNS
from services.shared.settings.sections import ALL, Section
from services.shared.stars import is_secret

_HEAD = """\
# Configuration

This page is made from the code by `make generate`; `make check` fails when it is out of date.

## The file

- The file is `config/config.txt`. Copy it from `config/config.example.txt`. `MINE_CONFIG` names another file.
- Without `config/config.txt` the example is used, and the control only observes.
- A line is `key = value` below a `[SECTION]`. A line that begins with `#` or `;` is a comment. Names are read in any case.
- An empty value means: not set, so the default stands. Where this page says so, `none` empties a key that has a default.
- Lists are separated by commas. A value may go on in following lines that are indented.
- A text of the old example (`YOUR_...`, `your_...`) counts as not set, and the check says so.
- An unknown key is a warning with the nearest known name. A wrong value stops the first start, with file, line, what was found
  and what is allowed; all mistakes are told at once. Later starts go on with the
  [last good copy](maintenance.md#when-it-has-mistakes-at-a-start).
- While `mine run` runs, `mine check`, `status`, `once` and `config show` judge the file that it reads, as their first line says.
  `MINE_CONFIG` beats that.
- `mine check` tells what is wrong, what is not set up and what does not work now. `mine config show` tells each value and where
  it comes from; secrets show as stars. Without containers `mine` is `.venv/bin/python -m services.cli.main`, with them
  `docker compose exec api mine`.
- A change takes effect when the services are started again.

## The environment

Every key may come from the environment: `MINE_<SECTION>_<KEY>`, such as `MINE_API_PORT=8080`. `MINE_<SECTION>_<KEY>_FILE` names
a file that holds the value; use it for secrets. In a named section the name stands between: `MINE_SIGNAL_BACKUP_URL` is `url`
of `[SIGNAL backup]`; a `-` of the name is written `_`, and `ALL` stands for the `*` of an `[ALARM device_lost_*]`. The
environment goes before the file, and the file before the default. An empty variable sets nothing.

| Variable | What |
|---|---|
| `MINE_CONFIG` | the configuration file |
| `MINE_LOG=json` | log lines as JSON |
| `MINE_DEBUG=1` | DEBUG lines in the log |
| `MINE_LAST_GOOD` | where the [last good copy](maintenance.md#when-it-has-mistakes-at-a-start) lies; set by itself |
| `MINE_PAGE_FOLDER` | where the built page lies, if not in `frontend/dist` |

## The loads

"""
_LOADS = """\
`config/loads.csv` names every load, one row each; `config/loads.example.csv` shows how. An outlet that no row names is never
switched. `loads_file` of `[DATA]` names another file beside the configuration. Loads may also come from the `range` of an
`[HTTP_LOADS name]`.

| Column | What |
|---|---|
"""
_COLUMNS = {
    "name": "letters, digits, `.` `_` `-`; needed",
    "kind": "`foreman`, `http` or `outlet`: what puts it to sleep (`outlet`: nothing, only its outlet takes it off); needed",
    "group": "shown and held together; default `main`",
    "zone": "whose temperature counts for it; default `main`",
    "kW": "its nominal power, kW; needed; 0 only for a protected outlet",
    "priority": "1 (shed last) to 9 (shed first); default 5",
    "foreman_id": "Foreman's number of the miner; needed for kind `foreman`",
    "pdu": "`pdu-1` or `1`, counted in the order of `pdu_ip`; together with `outlet`",
    "outlet": "from 1",
    "protected": "`yes`: its outlet is never switched",
    "efficiency_j_th": "J/TH; of equal priority the least efficient is shed first",
    "address": "fills `{address}` of its `[HTTP_LOADS name]`",
    "section": "the name of its `[HTTP_LOADS name]`; not needed when there is only one",
}


def document() -> str:
    """The whole page; the same every time."""
    rows = "".join(f"| `{column}` | {_COLUMNS[column]} |\n" for column in COLUMNS)
    return _HEAD + _LOADS + rows + "\n## The sections\n" + "".join(f"\n{_section(kind)}" for kind in ALL)


def _section(kind: type[Section]) -> str:
    title = f"[{kind.TITLE}]" if kind.TITLE == "SIGNAL" or not kind.NAMED else f"[{kind.TITLE} name]"
    lines = [f"### {title}", "", kind.ABOUT, "", "| Key | Default | Unit | Allowed | What |", "|---|---|---|---|---|"]
    return "\n".join([*lines, *_rows(kind), ""])


def _rows(kind: type[Section]) -> Iterator[str]:
    for name, field in kind.model_fields.items():
        cells = (f"`{name}`", _default(field), extra(field, "unit"), _allowed(name, field), field.description or "")
        yield "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _default(field: FieldInfo) -> str:
    text = text_of(field.default)
    return f"`{text}`" if text else "empty"


def _allowed(name: str, field: FieldInfo) -> str:
    text = allowed(field).removesuffix(f" ({extra(field, 'unit')})")
    kind = "a list" if get_origin(field.annotation) is tuple else "" if text.startswith("a text") else text
    parts = [
        kind,
        "`none` empties it" if extra(field, "clearable") else "",
        "a secret" if is_secret(name, field.annotation) else "",
    ]
    return "; ".join(part for part in parts if part)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
