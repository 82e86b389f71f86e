"""What a process has freed is the kernel's again, whichever thread needed it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
BEGIN = """
import ctypes, threading
from pathlib import Path
from services.shared import heap

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
heap.one_for_all_threads()
"""
HEAPS_OF_THREADS = """
threads = [threading.Thread(target=libc.malloc, args=(10_000,)) for _ in range(4)]
for one in threads:
    one.start()
for one in threads:
    one.join()
libc.fopen.restype, libc.fclose.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
out = libc.fopen(b"/dev/stdout", b"w")
libc.malloc_info(0, out)
libc.fclose(out)
"""
FREED_BELOW_ONE_THAT_IS_HELD = """
def own_kb():
    return next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if "RssAnon" in line)

pieces = [libc.malloc(64 * 1024) for _ in range(200)]
for one in pieces:
    ctypes.memset(one, 1, 64 * 1024)
for one in pieces[:-1]:
    libc.free(one)
freed = own_kb()
heap.give_back()
print(freed - own_kb())
"""


def said_by(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", BEGIN + program], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def test_threads_have_no_heaps_of_their_own() -> None:
    assert said_by(HEAPS_OF_THREADS).count("<heap nr=") == 1


def test_pages_that_are_free_below_one_that_is_held_go_back() -> None:
    assert int(said_by(FREED_BELOW_ONE_THAT_IS_HELD)) > 10_000
