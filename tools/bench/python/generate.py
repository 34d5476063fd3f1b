"""Greedy answers in PyTorch: a prefill, then single steps over a static cache of keys and values.

Variants: `eager`, `compile` (inductor with the weights frozen and packed), `compile-cpp` (the same without Python between its
kernels).
"""

import json
import os
import pathlib

import torch
import torch.nn.functional as F
from torch import nn

import torch_worker
from ovis_model import Ovis, ids_check, read_tensors


class Generator(nn.Module):
    """Holds the cache, so that inductor may write to it in place."""

    def __init__(self, model, batch, length):
        super().__init__()
        self.model = model
        c = model.llm
        shape = (c["layers"], batch, c["kvHeads"], length, c["headDim"])
        self.register_buffer("keys", torch.zeros(shape))
        self.register_buffer("values", torch.zeros(shape))
        self.register_buffer("slots", torch.arange(length))

    def pick(self, x):
        """x [batch, width], the last layer's output -> ids [batch]"""
        return F.linear(self.model.norm(x), self.model.output_weight()).argmax(-1)

    def prefill(self, pixels, ids):
        """A picture, then ids [batch, time]: fills the cache, returns the first new ids [batch]."""
        m = self.model
        visual = m.visual_embeds(pixels).view(ids.shape[0], -1, m.llm["hiddenSize"])
        x = torch.cat([visual, F.embedding(ids, m.embedding)], dim=1)
        time = x.shape[1]
        rope = (m.cos[:time], m.sin[:time])
        for i, layer in enumerate(m.layers):
            q, k, v = layer.attention.project(layer.norm1(x), rope)
            self.keys[i, :, :, :time] = k
            self.values[i, :, :, :time] = v
            gqa = layer.attention.heads != layer.attention.kv_heads
            joined = layer.attention.join(F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=gqa))
            if i == len(m.layers) - 1:
                joined, x = joined[:, -1], x[:, -1]
            x = layer.finish(x, joined)
        return self.pick(x)

    def step(self, tokens, position):
        """tokens [batch], position [1]: the row they stand at -> the next ids [batch]."""
        m = self.model
        x = F.embedding(tokens, m.embedding).unsqueeze(1)
        rope = (m.cos.index_select(0, position), m.sin.index_select(0, position))
        seen = (self.slots <= position).view(1, 1, 1, -1)
        for i, layer in enumerate(m.layers):
            q, k, v = layer.attention.project(layer.norm1(x), rope)
            self.keys[i].index_copy_(2, position, k)
            self.values[i].index_copy_(2, position, v)
            gqa = layer.attention.heads != layer.attention.kv_heads
            context = F.scaled_dot_product_attention(
                q, self.keys[i], self.values[i], attn_mask=seen, enable_gqa=gqa
            )
            x = layer.finish(x, layer.attention.join(context))
        return self.pick(x[:, 0])


class Generate:
    def __init__(self, params):
        variant = params["variant"]
        folder = pathlib.Path(os.environ["OVIS_BENCH_EXCHANGE"])
        case = json.loads((folder / "case.json").read_text())
        tensors = read_tensors(folder)
        self.pixels = torch.from_numpy(tensors["batch.pixels"])
        self.ids = torch.from_numpy(tensors["batch.ids"]).long()
        self.new_tokens = case["newTokens"]
        visual = case["config"]["visual"]["backbone"]
        rows = (visual["imageSize"] // visual["patchSize"]) ** 2 + 2 * (case["config"]["visual"]["indicators"] == "wrapped")
        self.start = rows + self.ids.shape[1]
        length = self.start + self.new_tokens
        model = Ovis(case["config"], length)
        model.load(tensors)
        model.requires_grad_(False)
        generator = Generator(model, len(self.ids), length)
        self.prefill, self.step = generator.prefill, generator.step
        if variant != "eager":
            torch._inductor.config.freezing = True
            torch._inductor.config.cpp_wrapper = variant == "compile-cpp"
            self.prefill = torch.compile(self.prefill, fullgraph=True)
            self.step = torch.compile(self.step, fullgraph=True)
        self.positions = [torch.tensor([self.start + i]) for i in range(self.new_tokens)]

    @torch.inference_mode()
    def iterate(self):
        tokens = self.prefill(self.pixels, self.ids)
        made = [tokens.tolist()]
        for i in range(self.new_tokens - 1):
            tokens = self.step(tokens, self.positions[i])
            # Read at every step, as a generation that stops at an end token must.
            made.append(tokens.tolist())
        return ids_check(list(zip(*made)))


torch_worker.serve(Generate)
