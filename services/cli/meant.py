"""Whether a restore is meant that makes another site of this one: asked when the backup is proven, before anything is touched."""

from pathlib import Path

import typer

from services.backup import other_site
from services.backup.manifest import Manifest
from services.backup.places import Places
from services.backup.trouble import Trouble


class Meant:
    """Asks a person. `yes` answers for the name of the site, and never for a configuration that knows less of it."""

    def __init__(self, target: Places, *, yes: bool) -> None:
        self._target, self._yes = target, yes

    def __call__(self, found: Manifest, folder: Path) -> bool:
        """Whether it goes on. Raises Trouble where a person would have to be asked and `yes` keeps that from being done."""
        return self._same_site(found) and self._same_plant(found, folder)

    def _same_site(self, found: Manifest) -> bool:
        """A new card has the example's name, so another one is no mistake by itself; two sites of one name would be."""
        here = self._target.site
        if found.site == here:
            return True
        becomes = "its configuration and its devices become this one's."
        words = f"The backup is of the site {found.site!r}, and this is {here!r}: {becomes}"
        if self._yes:
            typer.echo(words, err=True)
            return True
        return typer.confirm(f"{words} Is that meant?", err=True)

    def _same_plant(self, found: Manifest, folder: Path) -> bool:
        lost = other_site.lost(found, folder, self._target)
        if not lost:
            return True
        file = self._target.config
        words = f"The configuration in the backup is not that of {file}: {'; '.join(lost)}."
        if self._yes:
            raise Trouble(f"{words} Without --yes you are asked about it, or move that file away first")
        return typer.confirm(f"{words} Shall it take the place of that file, which is kept beside it?", err=True)
