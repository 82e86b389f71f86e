"""Whether the memory and process limits that compose declares are real.

Raspberry Pi OS starts without the memory group (`cgroup_enable=memory` is not on its kernel's command line), and the engine then
drops every memory limit. So the container reads what holds for itself: cgroup v2's `memory.max` and `pids.max`
(https://docs.kernel.org/admin-guide/cgroup-v2.html), v1's `memory.limit_in_bytes` and `pids.max`.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

DECLARED = "declared"
"""What MINE_LIMITS says where limits are expected; docker-compose.yml says so."""
ACTION = "add `cgroup_enable=memory` to /boot/firmware/cmdline.txt and reboot; if it is there, look at `docker info`"
_NONE = 1 << 60
"""v1 says "no limit" as the largest multiple of a page; no Pi has so much."""
_V1 = {"memory.max": "memory/memory.limit_in_bytes", "pids.max": "pids/pids.max"}


def unreal(env: Mapping[str, str] = os.environ, root: Path = Path("/")) -> str | None:
    """Which declared limit is not in force, and why; None where all are, or where none is declared."""
    if env.get("MINE_LIMITS") != DECLARED:
        return None
    told = (_told(root, "memory.max", "memory limit"), _told(root, "pids.max", "limit of processes"))
    return "; ".join(one for one in told if one) or None


def _told(root: Path, name: str, words: str) -> str:
    said = next(_found(root, name), None)
    if said is None:
        return f"no {words} is in force ({name} is not there)"
    if said == "max" or (said.isdecimal() and int(said) >= _NONE):
        return f"no {words} is in force"
    return "" if said.isdecimal() else f"whether a {words} is in force is unknown ({name} says {said!r})"


def _found(root: Path, name: str) -> Iterator[str]:
    """What the files say that can be read: of our own group first, which is below the mount where the engine hides nothing."""
    groups = root / "sys/fs/cgroup"
    for path in (groups / _own(root) / name, groups / name, groups / _V1[name]):
        try:
            yield path.read_text("ascii", "replace").strip()[:40]
        except OSError:
            continue


def _own(root: Path) -> str:
    """Our group's path in v2, relative to the mount: the line `0::/...` of /proc/self/cgroup."""
    try:
        lines = (root / "proc/self/cgroup").read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    return next((line[3:].strip("/") for line in lines if line.startswith("0::")), "")
