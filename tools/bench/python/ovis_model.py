"""The demo's Ovis in PyTorch, as fast as PyTorch's own pieces allow: one product for q, k and v and one for gate and up,
scaled_dot_product_attention with is_causal, the last layer and the logits at the labelled rows alone. Checkpoint names are
Hugging Face's; `load` fuses them."""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

HEAD_NORM_EPS = 1e-5
VISION = "visual_tokenizer.backbone.vision_model."


def read_tensors(folder):
    """`tensors.json` {name: {dtype, shape, offset}} over `tensors.bin` (little-endian) -> {name: numpy array}."""
    folder = pathlib.Path(folder)
    data = np.fromfile(folder / "tensors.bin", dtype=np.uint8)
    tensors = {}
    for name, t in json.loads((folder / "tensors.json").read_text()).items():
        size = int(np.prod(t["shape"])) * 4
        kind = {"float32": np.float32, "int32": np.int32}[t["dtype"]]
        tensors[name] = data[t["offset"] : t["offset"] + size].view(kind).reshape(t["shape"]).copy()
    return tensors


class Attention(nn.Module):
    def __init__(self, width, heads, kv_heads, head_dim, qkv_bias, out_bias, rope=None):
        super().__init__()
        self.heads, self.kv_heads, self.head_dim = heads, kv_heads, head_dim
        self.qkv = nn.Linear(width, (heads + 2 * kv_heads) * head_dim, bias=qkv_bias)
        self.out = nn.Linear(heads * head_dim, width, bias=out_bias)

    def project(self, x, rope=None):
        """x [batch, time, width] -> q, k, v [batch, heads, time, head_dim], rotated."""
        batch, time, _ = x.shape
        apart = self.qkv(x).view(batch, time, self.heads + 2 * self.kv_heads, self.head_dim).transpose(1, 2)
        qk, v = apart.split([self.heads + self.kv_heads, self.kv_heads], dim=1)
        if rope is not None:
            cos, sin = rope
            low, high = qk.chunk(2, dim=-1)
            qk = qk * cos + torch.cat([-high, low], dim=-1) * sin
        q, k = qk.split([self.heads, self.kv_heads], dim=1)
        return q, k, v

    def join(self, context):
        batch, _, time, _ = context.shape
        return context.transpose(1, 2).reshape(batch, time, self.heads * self.head_dim)

    def forward(self, x, rope=None, causal=False):
        q, k, v = self.project(x, rope)
        return self.join(
            F.scaled_dot_product_attention(
                q, k, v, is_causal=causal, enable_gqa=self.heads != self.kv_heads
            )
        )


class VisionBlock(nn.Module):
    def __init__(self, c):
        super().__init__()
        width = c["hiddenSize"]
        self.norm1 = nn.LayerNorm(width, c["layerNormEps"])
        self.attention = Attention(width, c["heads"], c["heads"], width // c["heads"], True, True)
        self.norm2 = nn.LayerNorm(width, c["layerNormEps"])
        self.fc1 = nn.Linear(width, c["intermediateSize"])
        self.fc2 = nn.Linear(c["intermediateSize"], width)

    def forward(self, x):
        x = x + self.attention.out(self.attention(self.norm1(x)))
        inner = self.fc1(self.norm2(x))
        return x + self.fc2(inner * torch.sigmoid(1.702 * inner))


class VisionTower(nn.Module):
    def __init__(self, c):
        super().__init__()
        width = c["hiddenSize"]
        self.patch = c["patchSize"]
        self.patch_embedding = nn.Linear(c["channels"] * self.patch**2, width, bias=False)
        self.class_embedding = nn.Parameter(torch.empty(width))
        tokens = (c["imageSize"] // self.patch) ** 2 + 1
        self.position_embedding = nn.Parameter(torch.empty(tokens, width))
        self.pre_norm = nn.LayerNorm(width, c["layerNormEps"])
        self.blocks = nn.ModuleList(VisionBlock(c) for _ in range(c["layers"]))

    def embed(self, pixels):
        images, channels, size, _ = pixels.shape
        side = size // self.patch
        apart = pixels.view(images, channels, side, self.patch, side, self.patch)
        patches = apart.permute(0, 2, 4, 1, 3, 5).reshape(images, side * side, -1)
        x = torch.cat([self.class_embedding.expand(images, 1, -1), self.patch_embedding(patches)], dim=1)
        return self.pre_norm(x + self.position_embedding)


class DecoderLayer(nn.Module):
    def __init__(self, c):
        super().__init__()
        width = c["hiddenSize"]
        self.norm1 = nn.RMSNorm(width, c["rmsNormEps"])
        self.attention = Attention(
            width, c["heads"], c["kvHeads"], c["headDim"], c["qkvBias"], c["outputBias"]
        )
        self.norm2 = nn.RMSNorm(width, c["rmsNormEps"])
        self.gate_up = nn.Linear(width, 2 * c["intermediateSize"], bias=False)
        self.down = nn.Linear(c["intermediateSize"], width, bias=False)

    def finish(self, x, joined):
        x = x + self.attention.out(joined)
        gate, up = self.gate_up(self.norm2(x)).chunk(2, dim=-1)
        return x + self.down(F.silu(gate) * up)


class Ovis(nn.Module):
    """`config`: the OvisConfig of @ovis/model as JSON."""

    def __init__(self, config, length):
        super().__init__()
        visual, llm = config["visual"], config["llm"]
        self.llm, self.visual = llm, visual
        width = llm["hiddenSize"]
        self.tower = VisionTower(visual["backbone"])
        self.words = visual["vocabSize"] - visual["reserved"]
        self.head = nn.Linear(visual["backbone"]["hiddenSize"], self.words, bias=False)
        self.head_norm = nn.LayerNorm(self.words, HEAD_NORM_EPS)
        self.table = nn.Parameter(torch.empty(visual["vocabSize"], width))
        self.embedding = nn.Parameter(torch.empty(llm["vocabSize"], width))
        self.layers = nn.ModuleList(DecoderLayer(llm) for _ in range(llm["layers"]))
        self.norm = nn.RMSNorm(width, llm["rmsNormEps"])
        if not llm["tieWordEmbeddings"]:
            self.lm_head = nn.Parameter(torch.empty(llm["vocabSize"], width))
        # Blocks of the tower before this one run without a record for the backward pass.
        self.frozen_blocks = 0
        cos, sin = rope_tables(length, llm["headDim"], llm["ropeTheta"])
        self.register_buffer("cos", cos)
        self.register_buffer("sin", sin)

    def output_weight(self):
        return self.embedding if self.llm["tieWordEmbeddings"] else self.lm_head

    def visual_embeds(self, pixels):
        """[images, 3, S, S] -> [images * rows, width]"""
        if self.frozen_blocks > 0:
            with torch.no_grad():
                x = self.tower.embed(pixels)
                for block in self.tower.blocks[: self.frozen_blocks]:
                    x = block(x)
        else:
            x = self.tower.embed(pixels)
        for block in self.tower.blocks[self.frozen_blocks :]:
            x = block(x)
        if self.visual["dropClsToken"]:
            x = x[:, 1:]
        probabilities = torch.softmax(self.head_norm(self.head(x)), dim=-1)
        rows = probabilities @ self.table[: self.words]
        if self.visual["indicators"] == "wrapped":
            begin, end = (row.expand(x.shape[0], 1, -1) for row in self.table[self.words :].split(1))
            rows = torch.cat([begin, rows, end], dim=1)
        return rows.reshape(-1, rows.shape[-1])

    def merge(self, pixels, ids, visual_row):
        """ids, visual_row [batch, time] (-1 text, -2 nothing, else a row of the visual embeds) -> [batch, time, width]"""
        kind = visual_row.unsqueeze(-1)
        visual = F.embedding(visual_row.clamp(min=0), self.visual_embeds(pixels))
        text = F.embedding(ids, self.embedding)
        zero = torch.zeros((), dtype=text.dtype)
        return torch.where(kind == -1, text, torch.where(kind >= 0, visual, zero))

    def decode(self, x, rows):
        """x [batch, time, width] -> hidden states at the flattened rows [m, width]. Padding stands on the right, so a
        causal mask hides it from every row that counts."""
        batch, time, width = x.shape
        rope = (self.cos[:time], self.sin[:time])
        for i, layer in enumerate(self.layers):
            joined = layer.attention(layer.norm1(x), rope, causal=True)
            if i == len(self.layers) - 1:
                joined = joined.reshape(batch * time, -1).index_select(0, rows)
                x = x.reshape(batch * time, width).index_select(0, rows)
            x = layer.finish(x, joined)
        return self.norm(x)

    def forward(self, pixels, ids, visual_row, rows, labels):
        """Mean cross-entropy over the labels that are not -100."""
        x = self.merge(pixels, ids, visual_row)
        return F.cross_entropy(F.linear(self.decode(x, rows), self.output_weight()), labels)

    def load(self, tensors):
        """Takes weights by their official names; returns which parameter each one went into."""
        t = {name: torch.from_numpy(value) for name, value in tensors.items()}
        origin = {}

        def put(parameter, *names):
            parts = [t[name] for name in names]
            value = parts[0] if len(parts) == 1 else torch.cat(parts)
            with torch.no_grad():
                parameter.copy_(value.reshape(parameter.shape))
            for name in names:
                origin[name] = parameter

        def put_norm(norm, name):
            put(norm.weight, f"{name}.weight")
            if getattr(norm, "bias", None) is not None:
                put(norm.bias, f"{name}.bias")

        def put_linear(linear, *names):
            put(linear.weight, *(f"{name}.weight" for name in names))
            if linear.bias is not None:
                put(linear.bias, *(f"{name}.bias" for name in names))

        put(self.tower.patch_embedding.weight, VISION + "embeddings.patch_embedding.weight")
        put(self.tower.class_embedding, VISION + "embeddings.class_embedding")
        put(self.tower.position_embedding, VISION + "embeddings.position_embedding.weight")
        put_norm(self.tower.pre_norm, VISION + "pre_layrnorm")
        for i, block in enumerate(self.tower.blocks):
            at = f"{VISION}encoder.layers.{i}."
            put_linear(block.attention.qkv, *(f"{at}self_attn.{p}_proj" for p in "qkv"))
            put_linear(block.attention.out, f"{at}self_attn.out_proj")
            put_norm(block.norm1, f"{at}layer_norm1")
            put_norm(block.norm2, f"{at}layer_norm2")
            put_linear(block.fc1, f"{at}mlp.fc1")
            put_linear(block.fc2, f"{at}mlp.fc2")
        put(self.head.weight, "visual_tokenizer.head.0.weight")
        put_norm(self.head_norm, "visual_tokenizer.head.1")
        put(self.table, "vte.weight")
        put(self.embedding, "llm.model.embed_tokens.weight")
        for i, layer in enumerate(self.layers):
            at = f"llm.model.layers.{i}."
            put_linear(layer.attention.qkv, *(f"{at}self_attn.{p}_proj" for p in "qkv"))
            put_linear(layer.attention.out, f"{at}self_attn.o_proj")
            put_norm(layer.norm1, f"{at}input_layernorm")
            put_norm(layer.norm2, f"{at}post_attention_layernorm")
            put_linear(layer.gate_up, f"{at}mlp.gate_proj", f"{at}mlp.up_proj")
            put_linear(layer.down, f"{at}mlp.down_proj")
        put_norm(self.norm, "llm.model.norm")
        if not self.llm["tieWordEmbeddings"]:
            put(self.lm_head, "llm.lm_head.weight")
        return origin

    def train_only(self, origin, names):
        """Lets gradients reach the named weights alone. Returns their parameters."""
        for parameter in self.parameters():
            parameter.requires_grad_(False)
        trained = {id(origin[name]): origin[name] for name in names if name in origin}
        for parameter in trained.values():
            parameter.requires_grad_(True)
        embedding = [self.tower.class_embedding, self.tower.patch_embedding.weight]
        if not any(p.requires_grad for p in embedding):
            needs = [any(p.requires_grad for p in block.parameters()) for block in self.tower.blocks]
            self.frozen_blocks = needs.index(True) if True in needs else len(needs)
        return list(trained.values())


def rope_tables(length, head_dim, theta):
    frequency = 1.0 / (theta ** (torch.arange(0, head_dim, 2, dtype=torch.float32) / head_dim))
    angles = torch.outer(torch.arange(length, dtype=torch.float32), frequency)
    both = torch.cat([angles, angles], dim=-1)
    return both.cos(), both.sin()


def ids_check(sequences):
    """FNV-1a over the ids, folded to 24 bits; src/models/ovis-prompts.ts has the same."""
    value = 0x811C9DC5
    for ids in sequences:
        for token in ids:
            value = ((value ^ token) * 0x01000193) & 0xFFFFFFFF
    return (value ^ (value >> 24)) & 0xFFFFFF
