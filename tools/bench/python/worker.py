"""The peer's side of the harness' protocol (src/worker.ts is ours): JSON lines on stdin, answers on stdout."""

import json
import os
import resource
import sys
import time
import traceback


def cpu_ms():
    """CPU time of all threads of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1000


def time_iterations(work, n):
    wall, cpu, check = [], [], None
    cpu_now = getattr(work, "cpu_ms", cpu_ms)
    for _ in range(n):
        cpu_before, before = cpu_now(), time.perf_counter()
        check = work.iterate()
        wall.append((time.perf_counter() - before) * 1000)
        cpu.append(cpu_now() - cpu_before)
        if hasattr(work, "settle"):
            work.settle()
    return {"wallMs": wall, "cpuMs": cpu, "check": check}


def serve(setup):
    """
    Answers until `exit`. `setup(params)` returns an object with `iterate()` (one complete iteration; returns the number that
    both sides compare, or None), and where asked for `memory()` (bytes) and `info` (dict).
    """
    # stdout belongs to the protocol: what libraries print goes to stderr.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    work = None
    for line in sys.stdin:
        command = json.loads(line)
        name = command.pop("cmd")
        if name == "exit":
            if hasattr(work, "close"):
                work.close()
            break
        try:
            if name == "setup":
                work = setup(command)
                reply = {"info": getattr(work, "info", None)}
            elif name == "run":
                reply = time_iterations(work, command["n"])
            elif name == "memory":
                reply = {"peakExtraBytes": work.memory()}
            else:
                raise ValueError(f"unknown command {name!r}")
            reply = {"ok": True, **reply}
        except Exception:
            reply = {"ok": False, "error": traceback.format_exc()}
        out.write(json.dumps({**reply, "processCpuMs": cpu_ms()}) + "\n")
        out.flush()
