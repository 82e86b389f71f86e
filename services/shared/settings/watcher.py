"""The configuration of a second machine (`mine watch`): what makes it one, and what of it is not set up."""

from collections.abc import Iterator

from services.shared.settings.sections import ALL
from services.shared.settings.tree import Settings

_OF_A_SITE = {kind.TITLE for kind in ALL if kind.OF_A_SITE}


def is_watcher(settings: Settings) -> bool:
    """Whether it says what to watch, and nothing of a plant: a site may hold [WATCH] too and is judged as a site."""
    given = {key.partition(".")[0].partition(" ")[0] for key, origin in settings.origins.items() if origin != "default"}
    return "WATCH" in given and not given & _OF_A_SITE and not settings.loads


def not_listening(settings: Settings) -> Iterator[str]:
    """What it lacks to hear the site."""
    if not settings.watch.url and not settings.watch.broker:
        yield "Nothing to listen to: url of [WATCH] is empty and broker is no; `mine watch` does not start."
    if settings.watch.broker and settings.origins.get("BROKER.host", "default") == "default":
        yield f"broker = yes, but host of [BROKER] is not set: the broker of {settings.broker.host} is listened to."
