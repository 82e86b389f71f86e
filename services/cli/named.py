"""Loads, groups, fans and outlets that a person typed: one that this site has not is a mistake of theirs, no refusal."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.cli.ask import Api, NotDone
from services.cli.exit_codes import EXIT_MISTAKES, EXIT_REFUSED


@dataclass(frozen=True, slots=True)
class Names:
    """What a verb takes: `short` is listed for a person, `many` (one for each load) is only named by `kind`."""

    short: tuple[str, ...]
    many: frozenset[str]
    kind: str

    def __contains__(self, name: str) -> bool:
        """Whether the site has it."""
        return name in self.short or name in self.many

    def mistake(self, typed: Collection[str]) -> str:
        """What was found and what is allowed; empty where the site has all of it."""
        strangers = [name for name in typed if name not in self]
        found = ", ".join(repr(name[:40]) for name in strangers)
        return f"found {found}; allowed: {', '.join([*self.short, self.kind])}" if strangers else ""


async def asked_of(api: Api, verb: str, payload: Mapping[str, Any], reason: str, typed: Collection[str]) -> dict[str, Any]:
    """As `Api.ask`; of what was refused it is found out whether the site has what was typed. Raises NotDone.

    The controller is asked first: what should sleep does not wait for a list.
    """
    try:
        return await api.ask(verb, payload, reason)
    except NotDone as why:
        known = await names_of(api, verb) if why.code == EXIT_REFUSED else None
        if known is not None and (told := known.mistake(typed)):
            raise NotDone(told, EXIT_MISTAKES) from None
        raise


def _such_as(names: Sequence[str]) -> str:
    return f" such as {names[0]}" if names else ""


async def names_of(api: Api, verb: str) -> Names | None:
    """What the verb takes at this site; None where it cannot be found out."""
    try:
        loads, fans = (await api.get("/api/v1/loads"))["loads"], (await api.state())["fans"]
        groups = sorted({str(one["group"]) for one in loads})
        names = [str(one["name"]) for one in loads]
        if verb == "hold":
            return Names(("all", *groups), frozenset(names), f"a load{_such_as(names)}")
        outlets = [f"{one['pdu']}/{one['outlet']}" for one in loads if one["pdu"]]
        kind = f"a load{_such_as(names)}, the outlet of one{_such_as(outlets)}"
        return Names((*(f"fan-{fan['number']}" for fan in fans), *groups), frozenset(names + outlets), kind)
    except (NotDone, TypeError, KeyError):
        return None
