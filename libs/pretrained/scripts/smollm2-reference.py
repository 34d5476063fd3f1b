"""Prints what test/smollm2.spec.ts compares with: perplexity and continuations by Hugging Face transformers, which has a reader of GGUF
files of its own, and (with --llama-cpp) token ids and perplexity by llama.cpp.

    pip install torch transformers==5.23.0 accelerate gguf==0.19.0 [xllamacpp]
    python libs/pretrained/scripts/smollm2-reference.py ~/.cache/ovis/smollm2/0.1.2/SmolLM2-135M-Instruct.Q4_1.gguf
"""
import json
import math
import os
import re
import sys
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
path = Path(sys.argv[1]).expanduser()
# The paragraph stands in the spec, once.
source = (HERE.parent / "test" / "smollm2.spec.ts").read_text()
text = "".join(re.findall(r"'([^']*)'", re.search(r"PARAGRAPH =(.*?);", source, re.S).group(1)))


def transformers() -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    model = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32).eval()
    ids = tokenizer(text, add_special_tokens=False, return_tensors="pt").input_ids
    with torch.no_grad():
        logits = model(ids).logits[0]
        loss = torch.nn.functional.cross_entropy(logits[:-1], ids[0, 1:])
        print(f"transformers: {ids.shape[1]} tokens, perplexity {loss.exp().item():.4f}")
        for prompt in ("The capital of France is", "Once upon a time, there was a little", "One, two, three, four, five,"):
            start = tokenizer(prompt, add_special_tokens=False, return_tensors="pt")
            made = model.generate(**start, max_new_tokens=8, do_sample=False)
            print(repr(tokenizer.decode(made[0])))


def llama_cpp() -> None:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx = 1024
    params.port = int(os.environ.get("PORT", "18931"))
    server = xllamacpp.Server(params)

    def post(route: str, body: dict) -> dict:
        request = urllib.request.Request(
            server.listening_address + route, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        return json.load(urllib.request.urlopen(request))

    def tokens(content: str) -> list[int]:
        return post("/tokenize", {"content": content, "add_special": False, "parse_special": True})["tokens"]

    fixture = HERE.parent / "fixtures" / "gguf" / "smollm2-tokens.json"
    rows = [{"text": row["text"], "ids": tokens(row["text"])} for row in json.loads(fixture.read_text())]
    fixture.write_text(json.dumps(rows, ensure_ascii=False))
    ids = tokens(text)
    loss = 0.0
    for i in range(1, len(ids)):
        body = {"prompt": ids[:i], "n_predict": 1, "temperature": 0, "n_probs": 49152}
        top = post("/completion", body)["completion_probabilities"][0]["top_logprobs"]
        loss -= next(t["logprob"] for t in top if t["id"] == ids[i])
    print(f"llama.cpp: {len(ids)} tokens, perplexity {math.exp(loss / (len(ids) - 1)):.4f}", flush=True)
    os._exit(0)  # its server has no other end


transformers()
if "--llama-cpp" in sys.argv:
    llama_cpp()
