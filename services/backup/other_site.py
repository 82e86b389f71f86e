"""What the configuration in an archive does not know of the site that is there: restored, nobody would control that."""

from collections.abc import Iterator
from pathlib import Path

from services.backup.manifest import Manifest
from services.backup.places import CONFIG, LOADS, Places
from services.shared.settings import Settings, SettingsError, counted, load
from services.shared.settings.told import parts

_DEVICES = ("cornbelt_url", "roomalert_ip", "iotawatt_ip", "foreman_api", "pdu_ip", "fan_relay_ip")


def lost(manifest: Manifest, folder: Path, places: Places) -> tuple[str, ...]:
    """In words, what the present file has and the one that lies unpacked in the folder has not; nothing where either is absent.

    Both are read by themselves: what the environment says beside them stays as it is.
    """
    new = folder / CONFIG
    if not new.exists() or not places.config.exists() or new.read_bytes() == places.config.read_bytes():
        return ()
    with_it = folder / LOADS if (folder / LOADS).exists() else places.config.parent / manifest.loads_file
    now, then = _read(places.config, None), _read(new, with_it)
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
    if now.loads and not then.loads:
        yield f"of {counted(len(now.loads), 'load')} none is in the backup"
    devices = [name for name in _DEVICES if getattr(now.apis, name) and not getattr(then.apis, name)]
    labels = {label for label, _ in parts(then)}
    gone = [f"[APIS] {name}" for name in devices] + [f"[{label}]" for label, _ in parts(now) if label not in labels]
    if gone:
        yield f"the backup knows no {', '.join(gone)}"
