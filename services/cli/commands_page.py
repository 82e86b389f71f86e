"""docs/manual/commands.md: every command, made from the commands themselves."""

from collections.abc import Iterator
from typing import Any

from services.cli.exit_codes import MEANINGS

_HEAD = """\
# Commands

This page is made from the code by `make generate`; `make check` fails when it is out of date.

Without containers `mine` is `.venv/bin/python -m services.cli.main`, with them `docker compose exec api mine`.
`mine <command> --help` says the same.

## How a command asks

What asks the running system goes to the api on this computer: through the debug listener, which on loopback needs no token,
and where that cannot be reached through the page's listener with the operator's token (the file `operator-token` beside
`access_file`). What only looks goes to the page's listener first. Everything that is asked for carries a key of its own, so
that it is done once, and is watched until the controller (or the notifier) has answered. Times are those of the site's
timezone, which is named. Mistakes in the configuration stop none of these commands, nor `mine logs`: a line on stderr says so,
and they ask by the environment, by what the run noted when it was started, by what can still be read of the file, and by the
defaults, in this order.
Only what judges or works by the configuration itself (`check`, `config show`, `run`, `watch`, `once`, `rehearse`, `db`, `backup`,
`restore`, `access`) ends with 2.

With `--json` a command prints one JSON document on stdout and nothing else: what asks the running system the API's answer. How
far a long work is stands on stderr, and on a terminal alone; questions stand there, too. Where a command ends with another code
than 0, the document is an object that has `error` (why, in a sentence), `found` and `allowed` (null where the sentence names
none), and `exit_code`, beside whatever the command found out; a list stands in it under `rows`. Of `mine logs` each line is a
document.

`mine stop` needs neither the broker nor the api, nor a configuration without mistakes: with a dead broker the api goes
straight to the controller, and where the api does not do it within 5 s the command itself goes there (`POST /stop` on the
controller's port of `[OPS]`; loopback needs no token, from elsewhere it sends the ops token). It says which way it went, and
never that it stopped what did not confirm it. Where nobody took a connection nothing was asked, nothing waits to be carried
out later, and it ends with 3: open the breaker. Where somebody was asked and nobody confirmed it, it may still be carried out,
and it ends with 4. By each way the controller says under which `control` it took it: where it observes nothing is switched, which
is said at once, and it ends with 1. In containers `docker compose exec controller mine stop` works without the api.

## Completion

`mine --show-completion bash` (or `zsh`, `fish`) prints the script that completes commands and options by the Tab key;
`mine --install-completion bash` puts it in its place, for this user. Both need `mine` as a program on the `PATH`, not as an
alias; without containers make one, with your own folder:

```
printf '#!/bin/sh\\ncd /opt/mine && exec .venv/bin/python -m services.cli.main "$@"\\n' | sudo tee /usr/local/bin/mine
sudo chmod 755 /usr/local/bin/mine
```

## Exit codes

| Code | Means |
|---|---|
"""


def document(program: Any) -> str:
    """The whole page for the program's Typer app, by its click command; the same every time."""
    codes = "".join(f"| {code} | {meaning} |\n" for code, meaning in MEANINGS.items())
    return f"{_HEAD}{codes}\nEach command names its own below.\n\n## The commands\n\n" + "\n".join(_sections(program, "mine"))


def _sections(group: Any, path: str) -> Iterator[str]:
    for name, command in group.commands.items():
        whole = f"{path} {name}"
        if hasattr(command, "commands"):
            yield from _sections(command, whole)
        else:
            yield "\n".join(_section(whole, command))


def _section(path: str, command: Any) -> Iterator[str]:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option" and not one.hidden]
    yield f"### `{' '.join([path, *(_argument(one) for one in arguments)])}`\n"
    yield _text(command.help) + "\n"
    rows = [(f"`{_argument(one)}`", one.help) for one in arguments]
    rows += [(", ".join(f"`{name}`" for name in (*one.opts, *one.secondary_opts)), _of_option(one)) for one in options]
    if rows:
        yield "| | |\n|---|---|"
        yield from (f"| {name} | {(about or '').replace('|', '/')} |" for name, about in rows)
        yield ""


def _argument(one: Any) -> str:
    name = one.name.upper() + ("..." if one.nargs == -1 else "")
    return name if one.required else f"[{name}]"


def _of_option(one: Any) -> str:
    default = one.default
    is_told = isinstance(default, (int, float, str)) and not isinstance(default, bool) and default != ""
    return (one.help or "") + (f" Default {default:g}." if is_told and not isinstance(default, str) else "")


def _text(text: str | None) -> str:
    return "\n\n".join(" ".join(part.split()) for part in (text or "").strip().split("\n\n"))
