import torch
from torch.nn import functional as F

import torch_worker


class Work:
    def __init__(self, params):
        self.w = torch.zeros(16, 4, requires_grad=True)
        self.x = torch.ones(8, 16)
        self.labels = torch.zeros(8, dtype=torch.int64)

    def iterate(self):
        loss = F.cross_entropy(self.x @ self.w, self.labels)
        loss.backward()
        with torch.no_grad():
            self.w -= 0.1 * self.w.grad
        return loss.item()


torch_worker.serve(Work)
