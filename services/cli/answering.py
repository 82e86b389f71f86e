"""What a program gets that asked with --json and was refused: one JSON document too, with the reason that stands on stderr."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from typer.exceptions import TyperException

from services.cli import saying
from services.cli.exit_codes import EXIT_INTERRUPTED, EXIT_REFUSED

OPTION = "--json"
_ONE_OF = re.compile(r"(?P<missing>\bMissing )?.*(?:is not one of|Choose from:)\s+(?P<choices>.+)", re.DOTALL)
"""The parser's words for a value, or for none, where there is a choice of some."""
_SENTENCE = re.compile(r"\bfound (?P<found>.+?); allowed[^:;]*: (?P<allowed>.+)", re.DOTALL)


def is_asked(typed: Sequence[str]) -> bool:
    """Whether the option is among what was typed: not after `--`, where every word is a name."""
    words = list(typed)
    return OPTION in (words[: words.index("--")] if "--" in words else words)


@contextmanager
def answered(typed: Sequence[str]) -> Iterator[None]:
    """Whatever ends a command early leaves a document on stdout, if none is there yet; the exit code stays."""
    saying.began()
    try:
        yield
    except TyperException as error:  # what is wrong with what was typed
        _say(error.format_message(), error.exit_code, *_typed(error, typed))
        raise
    except typer.Exit as end:
        if end.exit_code:
            _say(saying.reason(), end.exit_code)
        raise
    except (typer.Abort, EOFError):
        _say("The question was not answered: nothing was done.", EXIT_REFUSED)
        raise
    except KeyboardInterrupt:
        _say("Interrupted.", EXIT_INTERRUPTED)
        raise


def _say(error: str, code: int, found: str | None = None, allowed: str | None = None) -> None:
    if saying.has_answered():
        return
    if found is None and allowed is None and (match := _SENTENCE.search(error)):
        found, allowed = match["found"], match["allowed"]
    saying.say(json.dumps(refusal(error, code, found, allowed), indent=2, ensure_ascii=False))


def refusal(error: str | None, code: int, found: str | None = None, allowed: str | None = None) -> dict[str, Any]:
    """What every document has whose command ends with another code than 0."""
    return {"error": error, "found": found, "allowed": allowed, "exit_code": code}


def _typed(error: TyperException, typed: Sequence[str]) -> tuple[str | None, str | None]:
    """What was found and what is allowed, of a wrong option, a wrong value, or a command that does not exist."""
    command: Any = getattr(getattr(error, "ctx", None), "command", None)
    if (option := getattr(error, "option_name", None)) is not None:
        names = [name for one in getattr(command, "params", ()) for name in one.opts if name.startswith("-")]
        return option, ", ".join(names) or "none"
    param = getattr(error, "param", None)
    if param is not None and (match := _ONE_OF.match(error.format_message())):
        choices = " ".join(match["choices"].replace("'", "").rstrip(".").split())
        return "nothing" if match["missing"] else _given(param, typed), choices
    if param is not None:
        return _given(param, typed), error.message.removeprefix("Input should be ").partition(", unable to")[0] or None
    if hasattr(command, "list_commands"):
        match = re.search(r"'([^']*)'", error.format_message())
        return match[1] if match else None, ", ".join(command.list_commands(None))
    return None, None


def _given(param: Any, typed: Sequence[str]) -> str | None:
    """The value that was typed for an option; of an argument nobody can say which word it was."""
    for place, word in enumerate(typed):
        name, is_one, value = word.partition("=")
        if name in param.opts and name.startswith("-"):
            return value if is_one else next(iter(typed[place + 1 :]), None)
    return None
