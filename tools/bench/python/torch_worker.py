"""What every worker that measures PyTorch needs."""

import torch

import worker


def serve(setup):
    """`worker.serve` with the granted number of threads."""

    def with_threads(params):
        torch.set_num_threads(params["threads"])
        work = setup(params)
        work.info = {"torch": torch.__version__, **(getattr(work, "info", None) or {})}
        return work

    worker.serve(with_threads)
