"""Builds the settings tree from the file, the environment and the defaults, and says where each value comes from.

A variable beats a secret file, a secret file beats the file, the file beats the default.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from services.shared import restored
from services.shared.settings import checks, environment, ini, text_file
from services.shared.settings import sections as s
from services.shared.settings.build import section
from services.shared.settings.environment import Given
from services.shared.settings.foreman import foreman_base
from services.shared.settings.loads import loads_of
from services.shared.settings.problems import Problem, SettingsError, meant, shown
from services.shared.settings.tree import Settings
from services.shared.stars import starred
from services.shared.vocabulary import Control

CONFIG = Path("config/config.txt")
EXAMPLE = Path("config/config.example.txt")


@dataclass(slots=True)
class _Loading:
    file: str
    blocks: list[ini.Block]
    env: Mapping[str, str]
    problems: list[Problem]
    warnings: list[str] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)

    def one(self, kind: type[s.Section], name: str, block: ini.Block | None) -> s.Section:
        label = f"{kind.TITLE} {name}".strip()
        values = self.of_block(kind, block) if block else {}
        if kind is s.SignalSource and name == "utility":
            values |= environment.given(kind, "", self.env, self.problems)
        values |= environment.given(kind, name, self.env, self.problems)
        for key in kind.model_fields:
            self.origins[f"{label}.{key}"] = values[key].origin if key in values else "default"
        return section(kind, label, values, self.problems, self.warnings)

    def of_block(self, kind: type[s.Section], block: ini.Block) -> dict[str, Given]:
        values = {}
        for key, value in block.values.items():
            where = f"{self.file} line {value.line}"
            if key not in kind.model_fields:
                self.warnings.append(f"{where}: [{block.spelled}] {value.spelled} is unknown{meant(key, kind.model_fields)}")
            elif value.text.strip():
                values[key] = Given(value.text, where, where)
        return values

    def named(self, kind: type[s.Section]) -> dict[str, Any]:
        plain = "utility" if kind is s.SignalSource else ""
        blocks: dict[str, ini.Block] = {}
        for block in self.blocks:
            if block.title == kind.TITLE and blocks.setdefault(block.name or plain, block) is not block and plain:
                self.twice(block, blocks[block.name or plain])
        names = set(blocks) | {name or plain for name in environment.names(kind, set(blocks), self.env)}
        if kind is s.SignalSource:
            names.add(plain)
        if "" in names:
            names.remove("")
            where = f"{self.file} line {blocks[''].line}" if "" in blocks else "environment"
            self.problems.append(Problem(where, f"[{kind.TITLE}]", "no name", f"[{kind.TITLE} name], a-z 0-9 _ -"))
        order = [name for name in blocks if name in names] + sorted(names - set(blocks))
        return {name: self.one(kind, name, blocks.get(name)) for name in order}

    def twice(self, block: ini.Block, first: ini.Block) -> None:
        if block.name != first.name:  # [SIGNAL] and [SIGNAL utility]; the same spelling is told by the reader
            allowed = f"once; [{first.spelled}] in line {first.line} is the same"
            self.problems.append(Problem(f"{self.file} line {block.line}", f"[{block.spelled}]", "", allowed))

    def plain(self, kind: type[s.Section]) -> s.Section:
        for block in self.blocks:
            if block.title == kind.TITLE and block.name:
                where = f"{self.file} line {block.line}"
                self.problems.append(Problem(where, "section", shown(block.spelled), f"[{kind.TITLE}] without a name"))
        found = next((block for block in self.blocks if block.title == kind.TITLE and not block.name), None)
        return self.one(kind, "", found)

    def tree(self) -> Settings:
        titles = [kind.TITLE for kind in s.ALL]
        for block in self.blocks:
            if block.title not in titles:
                where = f"{self.file} line {block.line}"
                self.warnings.append(f"{where}: section [{block.spelled}] is unknown{meant(block.title, titles)}")
        self.warnings.extend(f"environment {name} is no key of ours" for name in environment.unknown(s.ALL, self.env))
        parts: dict[str, Any] = {kind.field_name(): self.named(kind) if kind.NAMED else self.plain(kind) for kind in s.ALL}
        return self.utility(self.foreman(Settings(**parts)))

    def placed(self, problem: Problem) -> Problem:
        """A problem with a default stands at its section, or at the file when that has no such section."""
        if problem.where != "default":
            return problem
        title, _, name = problem.what.strip("[").partition("]")[0].partition(" ")
        lines = [block.line for block in self.blocks if block.title == title and (block.name or "utility") == (name or "utility")]
        return replace(problem, where=f"{self.file} line {lines[0]}" if lines else self.file)

    def utility(self, settings: Settings) -> Settings:
        """[SIGNAL] without an address reads cornbelt_url; with neither there is no utility signal."""
        signals, source = dict(settings.signals), settings.signals["utility"]
        if source.kind == "http" and not source.url:
            source = source.model_copy(update={"url": settings.apis.cornbelt_url})
            self.origins["SIGNAL utility.url"] = self.origins["APIS.cornbelt_url"]
        if source.url or source.topic:
            return replace(settings, signals={"utility": source} | {n: x for n, x in signals.items() if n != "utility"})
        del signals["utility"]
        self.origins = {key: text for key, text in self.origins.items() if not key.startswith("SIGNAL utility.")}
        return replace(settings, signals=signals)

    def foreman(self, settings: Settings) -> Settings:
        where, written = self.origins["APIS.foreman_api"], settings.apis.foreman_api
        try:
            base, warning = foreman_base(written, settings.general.demo)
        except ValueError as error:
            self.problems.append(Problem(where, "[APIS] foreman_api", shown(written), str(error)))
            return settings
        self.warnings.extend([f"{where}: [APIS] foreman_api: {starred(warning)}"] if warning else [])
        return replace(settings, apis=settings.apis.model_copy(update={"foreman_api": base}))


def file_of(env: Mapping[str, str]) -> Path:
    """The file that `load` reads in this environment."""
    return Path(env["MINE_CONFIG"]) if env.get("MINE_CONFIG") else CONFIG if CONFIG.exists() else EXAMPLE


def load(path: Path | None = None, env: Mapping[str, str] = os.environ, read: text_file.Read = text_file.read) -> Settings:
    """The settings of `path`, else of MINE_CONFIG, else of config/config.txt, else of the example, which only observes.

    `read` gives what stands in the file and in the table of loads. Raises SettingsError with every mistake of them and of the
    environment.
    """
    given_path = path or (Path(env["MINE_CONFIG"]) if env.get("MINE_CONFIG") else None)
    file = given_path or file_of(env)
    blocks, problems = ini.read(file, read)
    loading = _Loading(file.name, blocks, env, problems)
    settings = loading.tree()
    if given_path is None and file == EXAMPLE:
        settings = _observed(settings, loading)
    if (why := restored.why(Path(settings.data.folder))) is not None:
        loading.origins["GENERAL.control"] = f"{why}{restored.ENDS}"
        settings = _observing(settings)
    settings = replace(settings, origins=loading.origins, file=file)
    told = tuple(loading.problems)
    settings = replace(settings, loads=loads_of(settings, file.parent, loading.problems, loading.warnings, read))
    sure = len(loading.problems) == len(told)
    loading.problems.extend(loading.placed(problem) for problem in checks.problems(settings, told, loads_are_sure=sure))
    warnings = (*loading.warnings, *(() if told else checks.warnings(settings)))
    if loading.problems:
        raise SettingsError(loading.problems, warnings, settings)
    return replace(settings, warnings=warnings)


def _observed(settings: Settings, loading: _Loading) -> Settings:
    loading.warnings.append(f"{CONFIG} is not there: the example is used and the control only observes")
    loading.origins["GENERAL.control"] = f"no {CONFIG.name}"
    return _observing(settings)


def _observing(settings: Settings) -> Settings:
    return replace(settings, general=settings.general.model_copy(update={"control": Control.OBSERVE}))
