"""Writes fixtures/aimv2: a small random AIMv2 of transformers, alone (vision/) and inside a whole model (whole/, one shard per half), and what
its last block makes of a picture. `python aimv2-golden.py`; made with transformers 4.57.3, torch 2.4.1."""

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import Aimv2Config, Aimv2Model, Aimv2VisionModel

torch.manual_seed(7)
target = Path(__file__).parent.parent / "fixtures" / "aimv2"
shutil.rmtree(target, ignore_errors=True)

sizes = dict(hidden_size=24, intermediate_size=40, num_attention_heads=3)
config = Aimv2Config(
    vision_config=dict(**sizes, num_hidden_layers=2, image_size=42, patch_size=14),
    text_config=dict(**sizes, num_hidden_layers=1, vocab_size=50, max_position_embeddings=16),
    projection_dim=16,
)
whole = Aimv2Model(config).eval()
with torch.no_grad():
    for name, weight in whole.named_parameters():
        if weight.dim() > 1:
            weight.normal_(0, 0.5 if "position" in name else weight[0].numel() ** -0.5)
        elif "norm" in name:
            weight.normal_(1, 0.2)
        else:
            weight.normal_(0, 0.2)
whole.save_pretrained(target / "whole")
alone = Aimv2VisionModel(config.vision_config).eval()
alone.load_state_dict(whole.vision_model.state_dict())
alone.save_pretrained(target / "vision")

pixels = torch.randn(1, 3, 42, 42)
blocks = []
for layer in alone.encoder.layers:
    layer.register_forward_hook(lambda _module, _inputs, output: blocks.append(output))
with torch.no_grad():
    normal = alone(pixel_values=pixels).last_hidden_state
last = blocks[-1][0] if isinstance(blocks[-1], tuple) else blocks[-1]
save_file({"pixels": pixels, "last_block": last.contiguous(), "normal": normal.contiguous()}, target / "golden.safetensors")
print(json.dumps({file.name: file.stat().st_size for file in sorted(target.rglob("*")) if file.is_file()}))
