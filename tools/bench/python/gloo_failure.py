"""Gloo when rank 1 calls something else, or is killed: the time until rank 0 gets an error."""

import os
import subprocess
import sys
import time
from datetime import timedelta

import torch
import torch.distributed as dist

import torch_worker
from gloo import free_port

LENGTH = 100_000


def join(rank, world, port, timeout_ms):
    os.environ["GLOO_SOCKET_IFNAME"] = "lo"
    address = f"tcp://127.0.0.1:{port}"
    dist.init_process_group("gloo", init_method=address, rank=rank, world_size=world, timeout=timedelta(hours=1))
    # Coming together may take longer than a call that fails.
    group = dist.new_group(timeout=timedelta(milliseconds=timeout_ms))
    dist.all_reduce(torch.zeros(1), group=group)
    return group


def good_call(group):
    dist.all_reduce(torch.zeros(LENGTH), group=group)


def failing_call(group, failure):
    if failure == "size":
        dist.all_reduce(torch.zeros(LENGTH + 1), group=group)
    elif failure == "dtype":
        dist.all_reduce(torch.zeros(LENGTH, dtype=torch.int32), group=group)
    elif failure == "operation":
        dist.all_reduce(torch.zeros(LENGTH), op=dist.ReduceOp.MAX, group=group)
    elif failure == "tag":
        # It knows no tags: another tensor of the same shape is not noticed.
        good_call(group)
    # One that is to be killed calls nothing.


class GlooFailure:
    def __init__(self, params):
        self.params = params
        self.form()

    def form(self):
        world, port = self.params["world"], free_port()
        fixed = [str(self.params[name]) for name in ("world", "timeoutMs", "failure")]
        command = [sys.executable, __file__, str(port), *fixed]
        # Nothing of theirs may keep the harness waiting: Gloo ends a process whose peer sends another size, this one, too.
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.others = [subprocess.Popen([*command, str(rank)], **quiet) for rank in range(1, world)]
        self.group = join(0, world, port, self.params["timeoutMs"])

    def iterate(self):
        if self.params["failure"] == "killed":
            self.others[0].kill()
        try:
            good_call(self.group)
        except RuntimeError:
            return
        raise ValueError("the call ended without an error")

    def settle(self):
        self.close()
        dist.destroy_process_group()
        self.form()

    def close(self):
        for other in self.others:
            other.kill()
            other.wait()


def other_rank(port, world, timeout_ms, failure, rank):
    parent = os.getppid()
    group = join(int(rank), int(world), port, int(timeout_ms))
    try:
        failing_call(group, failure) if rank == "1" else good_call(group)
    except RuntimeError:
        pass
    # Its connections stay open, as those of a rank that goes on; until rank 0 is gone.
    while os.getppid() == parent:
        time.sleep(1)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        other_rank(*sys.argv[1:])
    else:
        torch_worker.serve(GlooFailure)
