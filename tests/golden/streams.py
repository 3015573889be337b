# SPDX-License-Identifier: GPL-3.0-or-later
"""The project's random streams (src/base/rt-rng.c), and the weights, inputs and labels that are drawn from them.

A stream is cut into pieces of PIECE draws that are drawn side by side in numpy: one step of xoshiro256++ is linear over
the bits of its state, so where PIECE steps lead is known for every state once it is known for the 256 with one bit set.
"""
import math

import numpy as np
import torch

MASK = (1 << 64) - 1
SEED, PIECE = 1, 512


def hash_name(name):
    """FNV-1a, 64 bits."""
    value = 0xcbf29ce484222325
    for byte in name.encode():
        value = (value ^ byte) * 0x100000001b3 & MASK
    return value


def splitmix(state):
    """(the next state, the draw)"""
    state = state + 0x9e3779b97f4a7c15 & MASK
    z = (state ^ state >> 30) * 0xbf58476d1ce4e5b9 & MASK
    z = (z ^ z >> 27) * 0x94d049bb133111eb & MASK
    return state, z ^ z >> 31


def mix(a, b):
    return splitmix(splitmix(a)[1] ^ b)[1]


def rotate(x, k):
    return x << np.uint64(k) | x >> np.uint64(64 - k)


def step(states):
    """@states: (4,N), each column one xoshiro256++. Their draws; they are moved on in place."""
    a, b, c, d = states
    result = rotate(a + d, 23) + a
    t = b << np.uint64(17)
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d[:] = rotate(d, 45)
    return result


def leap():
    """Where PIECE steps lead from each state of one bit: (256,4)."""
    states = np.zeros((4, 256), np.uint64)
    for bit in range(256):
        states[bit // 64, bit] = 1 << bit % 64
    for _ in range(PIECE):
        step(states)
    return states.T.copy()


LEAP = leap()


def draw(name, n):
    """The first @n draws, 64 bits each, of rt_rng_init (&rng, SEED, hash_name (@name))."""
    state, first = mix(SEED, hash_name(name)), []
    for _ in range(4):
        state, value = splitmix(state)
        first.append(value)
    starts = [np.array(first, np.uint64)]
    while len(starts) * PIECE < n:
        bits = np.unpackbits(starts[-1].astype("<u8").view(np.uint8), bitorder="little")
        starts.append(np.bitwise_xor.reduce(LEAP[bits == 1], axis=0))
    states = np.array(starts).T.copy()
    return np.stack([step(states) for _ in range(min(n, PIECE))], axis=1).reshape(-1)[:n]


def draw_uniform(name, n):
    """@n draws from [0, 1), 24 bits each: exact in float32."""
    return (draw(name, n) >> np.uint64(40)).astype(np.float32) * np.float32(2.0 ** -24)


def draw_range(name, shape, bound):
    """Evenly from [-bound, bound), in float32: rt_rng_range (&rng, -bound, bound)."""
    u = draw_uniform(name, math.prod(shape))
    return (-bound + (bound + bound) * u).reshape(shape)


def make_input(name, shape):
    """NHWC; the same values as a tensor in PyTorch's order."""
    values = draw_range(name, shape, np.float32(1))
    return torch.from_numpy(values).permute(0, 3, 1, 2).contiguous()


def make_labels(at_step, batch):
    return torch.tensor([(i * 7 + at_step) % 10 for i in range(batch)])


def make_parameter(name, shape, gain):
    if name.endswith("running_mean"):
        return np.zeros(shape, np.float32)
    if name.endswith("running_var"):
        return np.ones(shape, np.float32)
    if len(shape) >= 2:
        fan_in = np.float32(math.prod(shape[1:]))
        return draw_range(name, shape, np.sqrt(np.float32(gain) / fan_in))
    u = draw_uniform(name, shape[0])
    small = np.float32(0.1) * (u + u - np.float32(1))
    return np.float32(1) + small if name.endswith(".weight") else small


def list_tensors(network):
    """Names with tensors. The count of batches that PyTorch keeps is not part of our networks."""
    return [(name, tensor) for name, tensor in network.state_dict().items()
            if not name.endswith("num_batches_tracked")]


def fill(network, gain):
    """In place, by name. @gain: 3 keeps the size of what passes a layer; 6 where a ReLU halves it, which a network of many
    layers without shortcuts needs: its logits would say nothing of the image."""
    with torch.no_grad():
        for name, tensor in list_tensors(network):
            tensor.copy_(torch.from_numpy(np.ascontiguousarray(make_parameter(name, tuple(tensor.shape), gain))))
