"""Checkpoints of a state in host memory with safetensors, boto3 and torch.distributed.checkpoint."""

import io
import os
import shutil
import tempfile
import warnings

import boto3
import numpy
import safetensors.torch
import torch
import torch.distributed as dist
import torch.distributed.checkpoint as dcp

import torch_worker

TENSOR = 4_000_000
SIDE = 2000
BUCKET = "bench"
KEY = "checkpoint.safetensors"

warnings.filterwarnings("ignore")


def values(index):
    """What src/models/checkpoint.ts has: a linear congruential generator, in steps of powers."""
    multiplier, increment, block = 1664525, 1013904223, 1
    seeds = numpy.array([((index + 1) * multiplier + increment) & 0xFFFFFFFF], dtype=numpy.uint64)
    while len(seeds) < TENSOR:
        seeds = numpy.concatenate([seeds, (seeds * multiplier + increment) & 0xFFFFFFFF])
        # `block` steps more at once.
        increment = (multiplier * increment + increment) & 0xFFFFFFFF
        multiplier = (multiplier * multiplier) & 0xFFFFFFFF
        block *= 2
    return torch.from_numpy((seeds[:TENSOR] / 2.0**32).astype(numpy.float32)).reshape(SIDE, SIDE)


class Checkpoint:
    def __init__(self, params):
        self.what, self.variant = params["what"], params["variant"]
        count = max(1, int(params["bytes"] / 4 / TENSOR + 0.5))  # halves up, as JavaScript rounds
        self.state = {f"llm.{i}": values(i) for i in range(count)}
        self.folder = tempfile.mkdtemp(prefix="ovis-bench-")
        self.path = os.path.join(self.folder, "checkpoint")
        self.future = None
        if self.what.startswith("s3"):
            endpoint = os.environ["AWS_ENDPOINT_URL"]
            self.s3 = boto3.client("s3", endpoint_url=endpoint)
            try:
                self.s3.create_bucket(Bucket=BUCKET)
            except self.s3.exceptions.BucketAlreadyOwnedByYou:
                pass  # the other form's
        if "async" in self.variant:
            os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
            dist.init_process_group("gloo", init_method=f"file://{self.folder}/join", rank=0, world_size=1)
        self.work = getattr(self, self.what.replace("-", "_"))
        if self.what.endswith("read"):
            getattr(self, self.what.replace("read", "write").replace("-", "_"))()

    def check(self):
        return sum(tensor[0, 0].item() + tensor[-1, -1].item() for tensor in self.state.values())

    def iterate(self):
        self.work()
        return self.check()

    def settle(self):
        if self.future:
            self.future.result()
            self.future = None
        if not self.what.endswith("read"):
            shutil.rmtree(self.path, ignore_errors=True)
            if os.path.exists(self.path):
                os.remove(self.path)

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def s3_write(self):
        data = safetensors.torch.save(self.state)
        if "put_object" in self.variant:
            self.s3.put_object(Bucket=BUCKET, Key=KEY, Body=data)
        else:
            self.s3.upload_fileobj(io.BytesIO(data), BUCKET, KEY)

    def s3_read(self):
        if "get_object" in self.variant:
            data = self.s3.get_object(Bucket=BUCKET, Key=KEY)["Body"].read()
        else:
            buffer = io.BytesIO()
            self.s3.download_fileobj(BUCKET, KEY, buffer)
            data = buffer.getvalue()
        self.fill(safetensors.torch.load(data))

    def fill(self, loaded):
        for name, tensor in self.state.items():
            tensor.copy_(loaded[name])

    def disk_write(self):
        if "dcp" in self.variant:
            dcp.save(self.state, checkpoint_id=self.path, no_dist=True)
            return
        safetensors.torch.save_file(self.state, self.path)
        # As ours and dcp's: it survives a power cut.
        with open(self.path, "rb") as file:
            os.fsync(file.fileno())

    def disk_read(self):
        if "dcp" in self.variant:
            dcp.load(self.state, checkpoint_id=self.path, no_dist=True)
        else:
            self.fill(safetensors.torch.load_file(self.path))

    def stall(self):
        self.future = dcp.async_save(self.state, checkpoint_id=self.path)


if __name__ == "__main__":
    torch_worker.serve(Checkpoint)
