"""What Python's own libraries make of files that ovis wrote.

reference.py tensors FILE                     names, types, shapes and bytes that the safetensors library reads, as JSON
reference.py logits FOLDER INPUTS OUTPUT      logits of transformers' Ovis2ForConditionalGeneration, in fp32 on the CPU
reference.py tokens FOLDER                    ids of texts (JSON list on stdin) and of a chat by transformers' tokenizer
"""

import json
import sys


def tensors(path):
    import torch
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        found = {}
        for name in file.keys():
            tensor = file.get_tensor(name).contiguous()
            data = bytes(tensor.flatten().view(torch.uint8).tolist()) if tensor.numel() else b""
            found[name] = {"dtype": str(tensor.dtype), "shape": list(tensor.shape), "bytes": data.hex()}
        return {"metadata": file.metadata(), "tensors": found}


def logits(folder, inputs, output):
    import torch
    from safetensors.torch import load_file, save_file
    from transformers import Ovis2ForConditionalGeneration

    model, loading = Ovis2ForConditionalGeneration.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    given = load_file(inputs)
    with torch.no_grad():
        result = model(
            input_ids=given["input_ids"].long(),
            attention_mask=given["attention_mask"].long(),
            pixel_values=given["pixel_values"],
        )
    save_file({"logits": result.logits.contiguous()}, output)
    return {key: sorted(map(str, value)) for key, value in loading.items()}


def tokens(folder):
    from transformers import AutoConfig, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    texts = json.load(sys.stdin)
    chat = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What is it?"}]}]
    return {
        "ids": [tokenizer.encode(text, add_special_tokens=False) for text in texts],
        "chat": tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True),
        "image_token_id": AutoConfig.from_pretrained(folder).image_token_id,
    }


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    # Libraries print to stdout as well: the result is the last line.
    print(json.dumps({"tensors": tensors, "logits": logits, "tokens": tokens}[command](*arguments)))
