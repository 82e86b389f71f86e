"""What the environment sets: MINE_<SECTION>_<KEY>, MINE_<SECTION>_<KEY>_FILE, MINE_<SECTION>_<NAME>_<KEY> for named sections."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from services.shared.settings.problems import Problem, shown
from services.shared.settings.sections import AlarmChoice, Section


@dataclass(frozen=True, slots=True)
class Given:
    """The text of one key and its place; `origin` is what `mine config show` says."""

    text: str
    where: str
    origin: str


def given(kind: type[Section], name: str, env: Mapping[str, str], problems: list[Problem]) -> dict[str, Given]:
    """What the environment sets in one section. A variable that is empty sets nothing."""
    prefix = f"MINE_{kind.TITLE}_" + (f"{env_name(name)}_" if name else "")
    found = {}
    for key in kind.model_fields:
        variable = prefix + key.upper()
        if env.get(variable):
            found[key] = Given(env[variable], f"environment {variable}", "environment")
        elif env.get(f"{variable}_FILE"):
            value = _of_file(f"{variable}_FILE", env, problems)
            found.update({key: value} if value else {})
    return found


def _of_file(variable: str, env: Mapping[str, str], problems: list[Problem]) -> Given | None:
    try:
        text = Path(env[variable]).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "no UTF-8 text"
        problems.append(Problem(f"environment {variable}", _path(env[variable]), reason, "a file that can be read"))
        return None
    return Given(text, f"environment {variable}", "secret file")


def _path(text: str) -> str:
    """As an error may quote it: the secret itself may stand where the name of its file should."""
    return text if Path(text).is_absolute() or text.startswith((".", "data/", "config/")) else shown(text, secret=True)


def env_name(name: str) -> str:
    """A section's name as it stands in a variable: upper case, - is _, * is ALL."""
    return name.upper().replace("-", "_").replace("*", "ALL")


def names(kind: type[Section], known: set[str], env: Mapping[str, str]) -> set[str]:
    """Names of sections that only the environment speaks of."""
    spelled = {env_name(name) for name in known}
    found = set()
    for variable in env:
        name, key = _split(kind, variable)
        if key and name not in spelled:
            found.add(_name(kind, name))
    return found


def _name(kind: type[Section], spelled: str) -> str:
    name = spelled.lower()
    return f"{name.removesuffix('all')}*" if kind is AlarmChoice and f"_{name}".endswith("_all") else name


def unknown(kinds: tuple[type[Section], ...], env: Mapping[str, str]) -> Iterator[str]:
    """Variables that begin like a section of ours and name no key."""
    for variable in sorted(env):
        ours = [kind for kind in kinds if variable.startswith(f"MINE_{kind.TITLE}_")]
        if ours and not any(_known(kind, variable) for kind in ours):
            yield variable


def _known(kind: type[Section], variable: str) -> bool:
    name, key = _split(kind, variable)
    return bool(key) and (kind.NAMED or not name)


def _split(kind: type[Section], variable: str) -> tuple[str, str]:
    """(name, key) of a variable; the longest key wins, the name is '' in a plain section, the key '' when there is none."""
    prefix = f"MINE_{kind.TITLE}_"
    if not variable.startswith(prefix):
        return "", ""
    rest = variable.removeprefix(prefix)
    for tail in (rest, rest.removesuffix("_FILE")):
        for key in sorted(kind.model_fields, key=len, reverse=True):
            if tail == key.upper() or tail.endswith(f"_{key.upper()}"):
                return tail[: -len(key)].rstrip("_"), key
    return "", ""
