"""What the configuration in an archive does not know of the site that is there: restored, nobody would control that."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from services.backup.manifest import Manifest
from services.backup.places import CONFIG, LOADS, Places
from services.controller.limits import acting_devices
from services.controller.limits_power import sources_of
from services.shared.settings import Settings, SettingsError, counted, load
from services.shared.settings.listing import parts
from services.shared.settings.sensing import measuring_devices

_NAMED = 5
"""So many of what is gone are named; a site may lose hundreds of loads."""


def lost(manifest: Manifest, folder: Path, places: Places) -> tuple[str, ...]:
    """In words, what the present files have and those that lie unpacked in the folder have not, one by one, by their names; of a
    file that is not in the folder the present one stays. Nothing where there is no present configuration.

    Both are read by themselves: what the environment says beside them stays as it is. Whether the site acts is not compared: it
    observes after a restore.
    """
    new, table = folder / CONFIG, folder / LOADS
    file = new if new.exists() else places.config
    if not places.config.exists() or (not table.exists() and file.read_bytes() == places.config.read_bytes()):
        return ()
    with_it = table if table.exists() else places.config.parent / manifest.loads_file
    now, then = _read(places.config, None), _read(file, with_it)
    return tuple((*_name(now, then, is_known=manifest.site != places.site), *_gone(now, then)))


def _read(file: Path, loads: Path | None) -> Settings:
    """With mistakes what can be read of it; of nothing the defaults, which know no device."""
    try:
        return load(file, env={"MINE_DATA_LOADS_FILE": str(loads.resolve())} if loads and loads.exists() else {})
    except SettingsError as error:
        return error.rest or Settings()


def _name(now: Settings, then: Settings, *, is_known: bool) -> Iterator[str]:
    """`is_known`: that the archive is of another site is asked about anyhow."""
    if not is_known and now.general.site != then.general.site:
        yield f"the site {now.general.site!r} is {then.general.site!r} in the backup"


def _gone(now: Settings, then: Settings) -> Iterator[str]:
    known = _known(then)
    for kind, names in _known(now).items():
        gone = [name for name in names if name not in known[kind]]
        if gone:
            more = f" and {len(gone) - _NAMED} more" if len(gone) > _NAMED else ""
            which = f"{', '.join(gone[:_NAMED])}{more}"
            yield f"of {counted(len(names), kind)} {len(gone)} {'is' if len(gone) == 1 else 'are'} not in the backup: {which}"


def _known(settings: Settings) -> dict[str, dict[str, None]]:
    """By kind, the names of all that is read, heard or switched, and the other sections that have a name, each once, in order."""
    heat, apis = settings.temperature, settings.apis
    fans = range(1, settings.fans.count + 1) if apis.fan_relay_ip and settings.fans.wiring else ()
    foreman = ("foreman",) if apis.foreman_api else ()  # its key may be a secret, which is in no file
    found: dict[str, Iterable[str]] = {
        "device": (*foreman, *acting_devices(settings), *measuring_devices(settings), *(f"fan-{number}" for number in fans)),
        "signal": (source.name for source in sources_of(settings)),
        "sensor": (name.lower() for pairs in (heat.roles, heat.zones, heat.switches) for name, _ in pairs),
        "load": (load.name for load in settings.loads),
        "section": (f"[{label}]" for label, one in parts(settings) if one.NAMED and not one.IS_A_DEVICE),
    }
    return {kind: dict.fromkeys(names) for kind, names in found.items()}
