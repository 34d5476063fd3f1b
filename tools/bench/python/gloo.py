"""Gloo through torch.distributed: rank 0 is timed, the others do the same in a loop."""

import os
import socket
import subprocess
import sys
from datetime import timedelta

import torch
import torch.distributed as dist

import torch_worker


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def join(rank, world, port):
    # Another side is measured while the others wait.
    wait = timedelta(hours=1)
    dist.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=world, timeout=wait)
    first = torch.full((1,), float(rank + 1))
    dist.all_reduce(first)
    return first.item()


def cpu_of(pid):
    """CPU time of all threads of a process, in ms."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat") as file:
            total += int(file.read().split()[0])
    return total / 1e6


class Gloo:
    def __init__(self, params):
        world, self.calls = params["world"], params["calls"]
        port = free_port()
        environment = {**os.environ, "GLOO_SOCKET_IFNAME": "lo"}
        os.environ["GLOO_SOCKET_IFNAME"] = "lo"
        command = [sys.executable, __file__, str(world), str(port), str(params["bytes"])]
        self.others = [subprocess.Popen([*command, str(rank)], env=environment) for rank in range(1, world)]
        self.first = join(0, world, port)
        self.buffer = torch.zeros(params["bytes"] // 4)

    def cpu_ms(self):
        return sum(cpu_of(pid) for pid in [os.getpid(), *(other.pid for other in self.others)])

    def iterate(self):
        for _ in range(self.calls):
            dist.all_reduce(self.buffer)
        return self.first

    def close(self):
        for other in self.others:
            other.kill()


def other_rank(world, port, size, rank):
    torch.set_num_threads(1)
    join(rank, world, port)
    buffer = torch.zeros(size // 4)
    try:
        while True:
            dist.all_reduce(buffer)
    except RuntimeError:
        # Rank 0 is gone.
        sys.exit(0)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        other_rank(*(int(argument) for argument in sys.argv[1:]))
    else:
        torch_worker.serve(Gloo)
