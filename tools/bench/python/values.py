"""The numbers of src/models/values.ts, bit for bit."""

import numpy as np


def states(count, seed):
    """The generator's states, by doubling: state[i + n] = a^n state[i] + c_n (mod 2^32)."""
    a, c = np.uint64(1664525), np.uint64(1013904223)
    mask = np.uint64(0xFFFFFFFF)
    out = np.empty(count, dtype=np.uint64)
    if count == 0:
        return out
    out[0] = (np.uint64(seed) * a + c) & mask
    done = 1
    while done < count:
        n = min(done, count - done)
        out[done : done + n] = (out[:n] * a + c) & mask
        a, c = (a * a) & mask, (a * c + c) & mask
        done += n
    return out


def values(count, seed, scale=1.0):
    """float32 in (-1, 1) * scale."""
    unit = (states(count, seed) >> np.uint64(8)).astype(np.float64) / 2**23 - 1
    return (unit * scale).astype(np.float32)


def integers(count, seed, limit):
    """int64 in [0, limit)."""
    return np.floor((values(count, seed).astype(np.float64) + 1) / 2 * limit).astype(np.int64)
