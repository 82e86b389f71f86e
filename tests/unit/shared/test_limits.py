"""A limit that the kernel ignores is told; one that holds, and one that nobody declared, are not."""

from pathlib import Path

import pytest

from services.shared.limits import unreal

V1_NONE = "9223372036854771712\n"
DECLARED = {"MINE_LIMITS": "declared"}


def machine(root: Path, **files: str) -> Path:
    """A made-up /proc and /sys; in names __ stands for / and _dot_ for a dot."""
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def v2(root: Path, memory: str | None, pids: str, own: str = "/") -> Path:
    folder = f"sys__fs__cgroup{own.rstrip('/').replace('/', '__')}__"
    files = {"proc__self__cgroup": f"0::{own}\n", f"{folder}pids_dot_max": pids}
    if memory is not None:
        files[f"{folder}memory_dot_max"] = memory
    return machine(root, **files)


def v1(root: Path, memory: str, pids: str) -> Path:
    return machine(
        root, proc__self__cgroup="4:memory:/docker/ab\n0::/docker/ab\n",
        sys__fs__cgroup__memory__memory_dot_limit_in_bytes=memory, sys__fs__cgroup__pids__pids_dot_max=pids,
    )  # fmt: skip


def test_limits_in_force_are_not_told(tmp_path: Path) -> None:
    assert unreal(DECLARED, v2(tmp_path / "2", "125829120\n", "64\n")) is None
    assert unreal(DECLARED, v1(tmp_path / "1", "125829120\n", "64\n")) is None


def test_a_kernel_without_the_memory_group_is_told_with_the_limit_that_it_ignores(tmp_path: Path) -> None:
    said = unreal(DECLARED, v2(tmp_path, None, "64\n"))
    assert said == "no memory limit is in force (memory.max is not there)"


@pytest.mark.parametrize("made", [lambda root: v2(root, "max\n", "max\n"), lambda root: v1(root, V1_NONE, "max\n")])
def test_a_container_without_limits_is_told_of_both(tmp_path: Path, made: type) -> None:
    said = unreal(DECLARED, made(tmp_path)) or ""
    assert "no memory limit is in force" in said
    assert "no limit of processes is in force" in said


def test_where_the_engine_hides_no_group_it_is_our_own_that_counts(tmp_path: Path) -> None:
    assert unreal(DECLARED, v2(tmp_path, "125829120\n", "64\n", own="/docker/ab12")) is None
    assert unreal(DECLARED, v2(tmp_path, "max\n", "64\n", own="/docker/ab12")) is not None


def test_what_is_no_number_is_not_taken_for_a_limit(tmp_path: Path) -> None:
    assert "unknown (memory.max says 'lots')" in (unreal(DECLARED, v2(tmp_path, "lots\n", "64\n")) or "")
    assert "unknown" in (unreal(DECLARED, v2(tmp_path, "²\n", "64\n")) or "")


@pytest.mark.parametrize("env", [{}, {"MINE_LIMITS": ""}])
def test_where_none_is_declared_none_is_missed(tmp_path: Path, env: dict[str, str]) -> None:
    assert unreal(env, tmp_path) is None
