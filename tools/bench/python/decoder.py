"""The decoder of src/models/decoder.ts in PyTorch: SDPA, fused AdamW, eager or compiled."""

import torch
from torch.nn import functional as F

import torch_worker
from values import integers, values

EPS = 1e-6
THETA = 10_000.0


def weight_shapes(c):
    width, intermediate, vocabulary = c["width"], c["intermediate"], c["vocabulary"]
    yield "embedding", (vocabulary, width)
    for i in range(c["layers"]):
        yield f"{i}.attentionNorm", (width,)
        yield f"{i}.qkv", (3 * width, width)
        yield f"{i}.output", (width, width)
        yield f"{i}.mlpNorm", (width,)
        yield f"{i}.gateUp", (2 * intermediate, width)
        yield f"{i}.down", (width, intermediate)
    yield "norm", (width,)
    yield "head", (vocabulary, width)


def initial_weights(c):
    limit = 0.02 * 3**0.5
    weights = {}
    for index, (name, shape) in enumerate(weight_shapes(c)):
        if len(shape) == 1:
            start = torch.ones(shape)
        else:
            start = torch.from_numpy(values(shape[0] * shape[1], index + 1, limit)).reshape(shape)
        weights[name] = start.requires_grad_()
    return weights


def rope_tables(time, head_dim):
    frequency = 1.0 / THETA ** (torch.arange(0, head_dim, 2).float() / head_dim)
    angle = torch.outer(torch.arange(time).float(), frequency)
    cos, sin = angle.cos(), angle.sin()
    return torch.cat([cos, cos], -1), torch.cat([-sin, sin], -1)


def rotate(x, cos, sin):
    return x * cos + x.roll(x.shape[-1] // 2, -1) * sin


def loss_of(c, w, cos, sin, tokens, labels):
    width, heads, batch, time = c["width"], c["heads"], c["batch"], c["time"]
    x = F.embedding(tokens, w["embedding"]).view(batch, time, width)
    for i in range(c["layers"]):
        qkv = F.linear(F.rms_norm(x, (width,), w[f"{i}.attentionNorm"], EPS), w[f"{i}.qkv"])
        q, k, v = qkv.view(batch, time, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(rotate(q, cos, sin), rotate(k, cos, sin), v, is_causal=True)
        x = x + F.linear(mixed.transpose(1, 2).reshape(batch, time, width), w[f"{i}.output"])
        gate, up = F.linear(F.rms_norm(x, (width,), w[f"{i}.mlpNorm"], EPS), w[f"{i}.gateUp"]).chunk(2, -1)
        x = x + F.linear(F.silu(gate) * up, w[f"{i}.down"])
    logits = F.linear(F.rms_norm(x, (width,), w["norm"], EPS), w["head"])
    return F.cross_entropy(logits.view(batch * time, -1), labels)


class Work:
    def __init__(self, params):
        c, o = params["config"], params["optimizer"]
        rows = c["batch"] * c["time"]
        tokens = torch.from_numpy(integers(rows, 1001, c["vocabulary"]))
        labels = torch.from_numpy(integers(rows, 1002, c["vocabulary"]))
        w = initial_weights(c)
        cos, sin = rope_tables(c["time"], c["width"] // c["heads"])
        optimizer = torch.optim.AdamW(
            list(w.values()),
            lr=o["learningRate"],
            betas=(o["beta1"], o["beta2"]),
            eps=o["epsilon"],
            weight_decay=o["weightDecay"],
            fused=True,
        )
        variant = params["variant"]

        def forward():
            return loss_of(c, w, cos, sin, tokens, labels)

        loss_fn = torch.compile(forward) if variant == "compiled" else forward

        def step():
            loss = loss_fn()
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            return loss.detach()

        if variant == "compiled step":
            # Compiled autograd traces the backward pass together with the rest.
            torch._dynamo.config.compiled_autograd = True
            step = torch.compile(step)
        self.step = step

    def iterate(self):
        return self.step().item()


torch_worker.serve(Work)
