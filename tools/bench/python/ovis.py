"""One training step of the demo's Ovis in PyTorch: forward, backward, clipping by the global norm, fused AdamW.

Variants: `eager`, `compile` (the model through inductor) and `compile-all` (clipping and AdamW through inductor too).
"""

import json
import os
import pathlib

import torch

import torch_worker
from ovis_model import Ovis, read_tensors


class Step:
    def __init__(self, params):
        variant = params["variant"]
        folder = pathlib.Path(os.environ["OVIS_BENCH_EXCHANGE"])
        case = json.loads((folder / "case.json").read_text())
        tensors = read_tensors(folder)
        batch = {name[6:]: torch.from_numpy(t) for name, t in tensors.items() if name.startswith("batch.")}
        self.batch = [batch["pixels"], *(batch[n].long() for n in ("ids", "visualRow", "rows", "labels"))]

        model = Ovis(case["config"], batch["ids"].shape[1])
        settings = case["settings"]
        self.clip = settings["clipNorm"]
        self.trained = model.train_only(model.load(tensors), case["trained"])
        self.optimizer = torch.optim.AdamW(
            self.trained,
            lr=settings["learningRate"],
            betas=(settings["beta1"], settings["beta2"]),
            eps=settings["epsilon"],
            weight_decay=settings["weightDecay"],
            fused=True,
        )
        self.loss = model if variant == "eager" else torch.compile(model, fullgraph=True)
        self.update = self.clip_and_update
        if variant == "compile-all":
            self.update = torch.compile(self.clip_and_update)

    def clip_and_update(self):
        torch.nn.utils.clip_grad_norm_(self.trained, self.clip)
        self.optimizer.step()

    def iterate(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(*self.batch)
        loss.backward()
        self.update()
        return loss.item()


torch_worker.serve(Step)
