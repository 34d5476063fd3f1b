"""Peak of the resident memory. Linux."""

import ctypes
import gc
import re


def status_bytes(field):
    with open("/proc/self/status") as file:
        return int(re.search(rf"^{field}:\s+(\d+) kB", file.read(), re.M).group(1)) * 1024


def peak_extra_bytes(work):
    """
    Peak resident memory while `work` runs beyond what was resident before, in bytes. In a warm process: PyTorch gives large
    blocks back to the system when it frees them, and what torch.compile loads is none of the work's memory.
    """
    gc.collect()
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    except (OSError, AttributeError):
        pass  # another C library
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    before = status_bytes("VmRSS")
    work()
    return status_bytes("VmHWM") - before
