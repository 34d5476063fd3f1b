"""Writes fixtures/gguf/: blocks of every storage type with the values that llama.cpp's own `gguf` package gives them, and two
whole tiny files, of the Llama and the Qwen2 architecture.

    pip install gguf==0.19.0 numpy && python libs/pretrained/scripts/gguf-golden.py
"""
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as T

OUT = Path(__file__).resolve().parent.parent / "fixtures" / "gguf"
OUT.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(5)

# Random bytes use every code; the scales are replaced, because random halves are NaN or infinite now and then.
BLOCKS = 8
SCALES = {
    T.Q4_0: [0], T.Q4_1: [0, 2], T.Q5_0: [0], T.Q5_1: [0, 2], T.Q8_0: [0], T.Q4_K: [0, 2], T.Q6_K: [208],
    T.F16: [0], T.BF16: [], T.F32: [],
}
for kind, places in SCALES.items():
    values, size = gguf.GGML_QUANT_SIZES[kind]
    blocks = BLOCKS if values > 1 else 64
    data = rng.integers(0, 256, (blocks, size), dtype=np.uint8)
    for place in places:
        scales = rng.normal(0, 0.02, blocks).astype(np.float16)
        data[:, place : place + 2] = scales.view(np.uint8).reshape(-1, 2)
    if kind in (T.BF16, T.F32):
        floats = rng.normal(0, 1, blocks).astype(np.float32).view(np.uint8).reshape(-1, 4)
        data = floats[:, 4 - size :]
    expected = gguf.dequantize(np.ascontiguousarray(data), kind).astype("<f4").reshape(-1)
    (OUT / f"{kind.name}.bin").write_bytes(data.tobytes() + expected.tobytes())

# Files of width 64, 4 heads of 16, 2 of keys and values; q and k of Llama in llama.cpp's order of rows (convert_hf_to_gguf.py).
def permute(weight: np.ndarray, heads: int) -> np.ndarray:
    return (
        weight.reshape(heads, 2, weight.shape[0] // heads // 2, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)
    )


D, HEADS, KV, FF = 64, 4, 2, 96
alphabet = [chr(i) for i in [*range(33, 127), *range(161, 173), *range(174, 256), *range(256, 324)]]
tokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *alphabet, "Ġt", "he", "Ġthe"]


def write_model(family: str, pre: str, layers: int) -> None:
    """The value at [row, column] of the Hugging Face weight tells both: they count in steps of 1/64 (in Q8_0: about)."""
    llama = family == "llama"
    w = gguf.GGUFWriter(OUT / f"tiny-{family}.gguf", family)
    w.add_name("tiny")
    w.add_block_count(layers)
    w.add_context_length(256)
    w.add_embedding_length(D)
    w.add_feed_forward_length(FF)
    w.add_head_count(HEADS)
    w.add_head_count_kv(KV)
    w.add_rope_freq_base(100000.0)
    w.add_layer_norm_rms_eps(1e-5)
    w.add_tokenizer_model("gpt2")
    w.add_tokenizer_pre(pre)
    w.add_token_list(tokens)
    w.add_token_types([gguf.TokenType.CONTROL] * 3 + [gguf.TokenType.NORMAL] * (len(tokens) - 3))
    w.add_token_merges(["Ġ t", "h e", "Ġt he"])
    w.add_bos_token_id(1)
    w.add_eos_token_id(2)
    w.add_unk_token_id(0)
    w.add_pad_token_id(2)
    w.add_add_bos_token(False)
    w.add_chat_template("{% for m in messages %}{{ m['content'] }}{% endfor %}")

    def tensor(name: str, *shape: int, kind: T = T.F32, heads: int = 0) -> None:
        values = np.arange(np.prod(shape), dtype=np.float32).reshape(shape) / 64
        if heads and llama:
            values = permute(values, heads)
        w.add_tensor(name, gguf.quantize(values, kind) if kind != T.F32 else values, raw_dtype=kind)

    tensor("token_embd.weight", len(tokens), D, kind=T.Q8_0)
    tensor("output_norm.weight", D)
    if not llama:
        tensor("output.weight", len(tokens), D, kind=T.Q8_0)
    for i in range(layers):
        tensor(f"blk.{i}.attn_norm.weight", D)
        for part, heads in (("q", HEADS), ("k", KV), ("v", KV)):
            rows = D // HEADS * heads
            tensor(f"blk.{i}.attn_{part}.weight", rows, D, heads=0 if part == "v" else heads)
            if not llama:
                tensor(f"blk.{i}.attn_{part}.bias", rows)
        tensor(f"blk.{i}.attn_output.weight", D, D)
        tensor(f"blk.{i}.ffn_norm.weight", D)
        tensor(f"blk.{i}.ffn_gate.weight", FF, D, kind=T.F16)
        tensor(f"blk.{i}.ffn_up.weight", FF, D, kind=T.F16)
        tensor(f"blk.{i}.ffn_down.weight", D, FF, kind=T.F16)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


write_model("llama", "smollm", layers=2)
write_model("qwen2", "qwen2", layers=1)
