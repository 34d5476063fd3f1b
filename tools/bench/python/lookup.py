"""The visual vocabulary look-up of src/models/lookup.ts in PyTorch."""

import torch
from torch.nn import functional as F

import torch_worker
from peak_memory import peak_extra_bytes
from values import values

EPS = 1e-5


def lookup(x, head, norm_weight, norm_bias, table):
    logits = F.linear(x, head)
    return F.softmax(F.layer_norm(logits, (head.shape[0],), norm_weight, norm_bias, EPS), -1) @ table


class Work:
    def __init__(self, params):
        tokens, words, width = params["tokens"], params["words"], params["width"]

        def matrix(rows, seed, scale):
            return torch.from_numpy(values(rows * width, seed, scale)).reshape(rows, width)

        def vector(seed, scale, offset):
            return torch.from_numpy(values(words, seed, scale)) + offset

        self.inputs = [
            matrix(tokens, 1, 1.0).requires_grad_(),
            matrix(words, 2, 0.05).requires_grad_(),
            vector(3, 0.5, 3).requires_grad_(),
            vector(4, 0.1, 0).requires_grad_(),
            matrix(words, 5, 1.0).requires_grad_(),
        ]
        self.slope = matrix(tokens, 6, 1.0)
        self.lookup = torch.compile(lookup) if params["variant"] == "compiled" else lookup
        out = self.run()
        self.check = sum(t.double().norm().log().item() for t in [out, *(i.grad for i in self.inputs)])
        self.forget()

    def run(self):
        out = self.lookup(*self.inputs)
        out.backward(self.slope)
        return out.detach()

    def forget(self):
        for tensor in self.inputs:
            tensor.grad = None

    def iterate(self):
        self.run()
        self.forget()
        return self.check

    def memory(self):
        gradients = sum(t.numel() * t.element_size() for t in self.inputs)
        peak = peak_extra_bytes(self.run)
        self.forget()
        return peak - gradients


torch_worker.serve(Work)
