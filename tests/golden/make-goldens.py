#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-goldens.py [--check]: values that PyTorch gives for our networks and losses, for the C tests to compare with.

Writes the JSON files beside this script; with --check computes everything again and compares instead. Needs torch and
numpy. What the files hold, and how the initial weights and the inputs are made (they are not stored), is in README.md.
"""
import argparse
import json
import math
import os
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
MASK = (1 << 64) - 1
SEED, BATCH, CLASSES, STEPS = 1, 8, 10, 10
DIGITS = 12


# --- the project's random streams (src/base/rt-rng.c)

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


class Rng:
    """xoshiro256++."""

    def __init__(self, seed, stream):
        state, self.state = mix(seed, stream), []
        for _ in range(4):
            state, draw = splitmix(state)
            self.state.append(draw)

    def next(self):
        a, b, c, d = self.state
        total = a + d & MASK
        result = (total << 23 | total >> 41) + a & MASK
        c, d = c ^ a, d ^ b
        b, a = b ^ c, a ^ d
        c ^= (self.state[1] << 17) & MASK
        self.state = [a, b, c, (d << 45 | d >> 19) & MASK]
        return result

    def uniform(self, n):
        """@n draws from [0, 1), 24 bits each: exact in float32."""
        return np.array([self.next() >> 40 for _ in range(n)], np.float32) * np.float32(2.0 ** -24)


def draw_range(name, shape, bound):
    """Evenly from [-bound, bound), in float32: rt_rng_range (&rng, -bound, bound)."""
    u = Rng(SEED, hash_name(name)).uniform(math.prod(shape))
    return (-bound + (bound + bound) * u).reshape(shape)


def make_input(name, shape):
    """NHWC; the same values as a tensor in PyTorch's order."""
    values = draw_range(name, shape, np.float32(1))
    return torch.from_numpy(values).permute(0, 3, 1, 2).contiguous()


def make_labels(step):
    return torch.tensor([(i * 7 + step) % CLASSES for i in range(BATCH)])


def make_parameter(name, shape):
    if name.endswith("running_mean"):
        return np.zeros(shape, np.float32)
    if name.endswith("running_var"):
        return np.ones(shape, np.float32)
    if len(shape) >= 2:
        fan_in = np.float32(math.prod(shape[1:]))
        return draw_range(name, shape, np.sqrt(np.float32(3) / fan_in))
    u = Rng(SEED, hash_name(name)).uniform(shape[0])
    small = np.float32(0.1) * (u + u - np.float32(1))
    return np.float32(1) + small if name.endswith(".weight") else small


def fill(network):
    """In place, by name. The count of batches that PyTorch keeps is not part of our networks."""
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            if not name.endswith("num_batches_tracked"):
                tensor.copy_(torch.from_numpy(np.ascontiguousarray(make_parameter(name, tuple(tensor.shape)))))


# --- the networks

class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 64)
        self.fc2 = nn.Linear(64, 32)
        self.fc3 = nn.Linear(32, CLASSES)

    def forward(self, x):
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x.flatten(1))))))


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, CLASSES)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x.flatten(1))))))


class BasicBlock(nn.Module):
    """The shortcut has no parameters: every second pixel, and zeros for the channels that are new, half of them below."""

    def __init__(self, n_in, n_out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(n_in, n_out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(n_out)
        self.conv2 = nn.Conv2d(n_out, n_out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(n_out)
        self.new_channels = n_out - n_in

    def forward(self, x):
        shortcut = x
        if self.new_channels:
            half = self.new_channels // 2
            shortcut = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, half, half))
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + shortcut)


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = self.make_layer(16, 16, 1)
        self.layer2 = self.make_layer(16, 32, 2)
        self.layer3 = self.make_layer(32, 64, 2)
        self.linear = nn.Linear(64, CLASSES)

    @staticmethod
    def make_layer(n_in, n_out, stride):
        return nn.Sequential(BasicBlock(n_in, n_out, stride), BasicBlock(n_out, n_out, 1), BasicBlock(n_out, n_out, 1))

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean((2, 3)))


class ConvNorm(nn.Module):
    def __init__(self, n_in, n_out, kernel):
        super().__init__()
        self.conv = nn.Conv2d(n_in, n_out, kernel, 1, kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(n_out)

    def forward(self, x):
        return F.relu6(self.bn(self.conv(x)))


class InvertedResidual(nn.Module):
    """Expand by 1x1, filter each channel by 3x3, project by 1x1 without an activation; added where shapes allow."""

    def __init__(self, n_in, factor, n_out, stride):
        super().__init__()
        inner = n_in * factor
        self.expand = nn.Conv2d(n_in, inner, 1, bias=False)
        self.expand_bn = nn.BatchNorm2d(inner)
        self.depthwise = nn.Conv2d(inner, inner, 3, stride, 1, groups=inner, bias=False)
        self.depthwise_bn = nn.BatchNorm2d(inner)
        self.project = nn.Conv2d(inner, n_out, 1, bias=False)
        self.project_bn = nn.BatchNorm2d(n_out)
        self.residual = stride == 1 and n_in == n_out

    def forward(self, x):
        y = F.relu6(self.expand_bn(self.expand(x)))
        y = F.relu6(self.depthwise_bn(self.depthwise(y)))
        y = self.project_bn(self.project(y))
        return x + y if self.residual else y


class Mobile(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = ConvNorm(3, 16, 3)
        self.stage1 = nn.Sequential(InvertedResidual(16, 2, 16, 1))
        self.stage2 = nn.Sequential(InvertedResidual(16, 3, 24, 2), InvertedResidual(24, 3, 24, 1))
        self.stage3 = nn.Sequential(InvertedResidual(24, 3, 40, 2), InvertedResidual(40, 3, 40, 1))
        self.stage4 = nn.Sequential(InvertedResidual(40, 3, 64, 2), InvertedResidual(64, 3, 64, 1))
        self.last = ConvNorm(64, 128, 1)
        self.head = nn.Linear(128, CLASSES)

    def forward(self, x):
        x = self.stage4(self.stage3(self.stage2(self.stage1(self.stem(x)))))
        return self.head(self.last(x).mean((2, 3)))


# Class, input, learning rates. Where batch norm follows many ReLUs, one that flips because a sum was rounded differently
# changes what follows by far more than rounding; the rates are such that ten steps stay comparable (see README.md).
NETWORKS = {
    "mlp": (Mlp, (28, 28, 1), {"sgd": 0.05, "adamw": 1e-4}),
    "lenet5": (LeNet5, (28, 28, 1), {"sgd": 0.05, "adamw": 1e-3}),
    "resnet20": (ResNet20, (32, 32, 3), {"sgd": 5e-4, "adamw": 1e-4}),
    "mobile": (Mobile, (32, 32, 3), {"sgd": 2e-4, "adamw": 1e-4}),
}
DECAY = {"sgd": 5e-4, "adamw": 0.01}
SHAKES = 4         # runs from weights that differ by about one rounding error of float32
SHAKE = 2e-7


# --- what is recorded

def make_optimizer(kind, network, rate):
    """No decay on what has fewer than two dimensions."""
    wide = [p for p in network.parameters() if p.dim() >= 2]
    flat = [p for p in network.parameters() if p.dim() < 2]
    groups = [{"params": wide, "weight_decay": DECAY[kind]}, {"params": flat, "weight_decay": 0.0}]
    if kind == "sgd":
        return torch.optim.SGD(groups, lr=rate, momentum=0.9)
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.999), eps=1e-8)


def evaluate(network, x):
    network.eval()
    with torch.no_grad():
        return network(x)


def describe(tensors):
    """{name: [sum, root of the sum of squares]}: enough to tell where two networks part."""
    return {name: [float(t.double().sum()), float(t.double().norm())] for name, t in tensors}


def train(network, kind, rate, inputs):
    """Ten steps, in training mode: losses, and the first step's gradients described."""
    optimizer, losses, gradients = make_optimizer(kind, network, rate), [], None
    network.train()
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = F.cross_entropy(network(inputs[step]), make_labels(step))
        loss.backward()
        if gradients is None:
            gradients = describe((name, p.grad) for name, p in network.named_parameters())
        optimizer.step()
        losses.append(loss.item())
    return losses, gradients


def run_network(name, values, inputs, dtype, shake=None):
    """@values: a filled network. @shake: a seed for the rounding errors put on its weights first."""
    inputs, found = [x.to(dtype) for x in inputs], {}
    for kind, rate in NETWORKS[name][2].items():
        network = NETWORKS[name][0]().to(dtype)
        network.load_state_dict(values.state_dict())
        if shake is not None:
            torch.manual_seed(shake)
            with torch.no_grad():
                for p in network.parameters():
                    p.mul_(1 + SHAKE * torch.randn_like(p))
        found["logits"] = evaluate(network, inputs[0]).tolist()
        losses, found["gradients"] = train(network, kind, rate, inputs)
        state = [(n, t) for n, t in network.state_dict().items() if not n.endswith("num_batches_tracked")]
        found[kind] = {"learning_rate": rate, "weight_decay": DECAY[kind], "losses": losses,
                       "logits": evaluate(network, inputs[0]).tolist(), "after": describe(state)}
    return found


def find_deviation(exact, other):
    """Of logits: the largest difference by the largest value. Of losses: the largest relative difference."""
    exact, other = torch.tensor(exact, dtype=torch.float64), torch.tensor(other, dtype=torch.float64)
    if exact.dim() == 1:
        return ((exact - other) / exact).abs().max().item()
    return ((exact - other).abs().max() / exact.abs().max()).item()


def find_norm_deviation(exact, other):
    """Of norms of parameters, or of their gradients. Some gradients are zero but for rounding (a bias that the next batch
    norm takes off again): what is below a thousandth of the largest is measured by that."""
    least = 1e-3 * max(norm for _, norm in exact.values())
    return max(abs(exact[name][1] - other[name][1]) / max(exact[name][1], least) for name in exact)


def measure_spread(exact, others):
    """How far runs differ that differ only in rounding: what no test can ask more than."""
    spread = {"logits": max(find_deviation(exact["logits"], o["logits"]) for o in others),
              "gradients": max(find_norm_deviation(exact["gradients"], o["gradients"]) for o in others)}
    for kind in ("sgd", "adamw"):
        for what in ("losses", "logits"):
            spread[f"{kind}.{what}"] = max(find_deviation(exact[kind][what], o[kind][what]) for o in others)
        spread[f"{kind}.after"] = max(find_norm_deviation(exact[kind]["after"], o[kind]["after"]) for o in others)
    return {key: float(f"{value:.1e}") for key, value in spread.items()}


def make_network_golden(name):
    make, shape, _ = NETWORKS[name]
    inputs = [make_input(f"input.{step}", (BATCH, *shape)) for step in range(STEPS)]
    values = make()
    fill(values)
    exact = run_network(name, values, inputs, torch.float64)
    others = [run_network(name, values, inputs, torch.float32)]
    others += [run_network(name, values, inputs, torch.float64, shake) for shake in range(SHAKES)]
    parameters = {n: list(t.shape) for n, t in values.state_dict().items() if not n.endswith("num_batches_tracked")}
    return {"network": name, "input": [BATCH, *shape], "classes": CLASSES, "parameters": parameters,
            **exact, "spread": measure_spread(exact, others)}


def make_rng_golden():
    """So that a difference in the streams is seen before one in the networks."""
    names = ["conv1.weight", "layer1.0.bn1.bias", "input.0", "input.9"]
    return {"seed": SEED, "streams": [
        {"name": name, "hash": f"{hash_name(name):016x}",
         "next": [f"{rng.next():016x}" for _ in range(4)],
         "uniform": Rng(SEED, hash_name(name)).uniform(8).astype(float).tolist()}
        for name in names for rng in [Rng(SEED, hash_name(name))]]}


# --- losses

def with_gradient(logits, function):
    leaf = logits.clone().requires_grad_(True)
    value = function(leaf)
    value.backward()
    return {"value": value.item(), "gradient": leaf.grad.tolist()}


def distil(student, teacher, labels, temperature, alpha):
    soft = F.kl_div(F.log_softmax(student / temperature, 1), F.log_softmax(teacher / temperature, 1),
                    reduction="batchmean", log_target=True) * temperature ** 2
    return alpha * soft + (1 - alpha) * F.cross_entropy(student, labels)


def make_case(name, student, teacher, labels):
    n_classes = student.shape[1]
    weights = torch.tensor([0.5 + 0.25 * c for c in range(n_classes)], dtype=torch.float64)
    case = {"name": name, "student": student.tolist(), "teacher": teacher.tolist(), "labels": labels.tolist(),
            "class_weights": weights.tolist(), "softmax": [], "cross_entropy": [], "distillation": []}
    for temperature in (1.0, 4.0):
        case["softmax"].append({"temperature": temperature, "value": F.softmax(student / temperature, 1).tolist()})
    for smoothing in (0.0, 0.1, 0.3):
        for weighted in (False, True):
            case["cross_entropy"].append({"smoothing": smoothing, "weighted": weighted, **with_gradient(
                student, lambda z: F.cross_entropy(z, labels, weight=weights if weighted else None,
                                                   label_smoothing=smoothing))})
    for temperature in (1.0, 2.0, 4.0, 20.0):
        for alpha in (0.0, 1e-6, 0.3, 0.7, 1 - 1e-6, 1.0):
            case["distillation"].append({"temperature": temperature, "alpha": alpha, **with_gradient(
                student, lambda z: distil(z, teacher, labels, temperature, alpha))})
    case["mean_squared_error"] = with_gradient(student, lambda z: F.mse_loss(z, teacher))
    return case


def make_losses_golden():
    """Plain logits, and such that a softmax without the maximum taken off would overflow."""
    student = torch.from_numpy(draw_range("student", (6, 5), np.float32(3))).double()
    teacher = torch.from_numpy(draw_range("teacher", (6, 5), np.float32(5))).double()
    labels = torch.tensor([0, 1, 2, 3, 4, 2])
    wide = torch.tensor([[120.0, -90.0, 0.0], [-200.0, 15.0, 15.0], [0.0, 0.0, 0.0]], dtype=torch.float64)
    other = torch.tensor([[100.0, -100.0, 50.0], [30.0, 30.0, -60.0], [1.0, 0.0, -1.0]], dtype=torch.float64)
    return {"cases": [make_case("plain", student, teacher, labels),
                      make_case("wide", wide, other, torch.tensor([0, 2, 1]))]}


# --- files

def write_numbers(value):
    """Compact JSON: a dictionary's entry a line at the top levels, at most DIGITS digits a number."""
    def shorten(item):
        if isinstance(item, float):
            short = float(f"{item:.{DIGITS}g}")
            return int(short) if short == int(short) and abs(short) < 1e6 else short
        if isinstance(item, dict):
            return {key: shorten(inner) for key, inner in item.items()}
        return [shorten(inner) for inner in item] if isinstance(item, list) else item

    lines = []
    for key, item in shorten(value).items():
        if isinstance(item, dict):
            inner = ",\n".join(f"    {json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in item.items())
            lines.append(f"  {json.dumps(key)}: {{\n{inner}\n  }}")
        else:
            lines.append(f"  {json.dumps(key)}: {json.dumps(item, separators=(',', ':'))}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def find_differences(path, stored, made):
    """Places where two trees of numbers differ by more than computing again explains."""
    if isinstance(made, dict):
        keys = set(stored) | set(made)
        return [d for key in sorted(keys) for d in (
            find_differences(f"{path}.{key}", stored[key], made[key]) if key in stored and key in made
            else [f"{path}.{key}: only on one side"])]
    if isinstance(made, list):
        if len(stored) != len(made):
            return [f"{path}: {len(stored)} stored, {len(made)} made"]
        return [d for i, pair in enumerate(zip(stored, made)) for d in find_differences(f"{path}[{i}]", *pair)]
    if isinstance(made, (int, float)) and not isinstance(made, bool):
        return [] if math.isclose(stored, made, rel_tol=1e-8, abs_tol=1e-10) else [f"{path}: {stored} stored, {made} made"]
    return [] if stored == made else [f"{path}: {stored} stored, {made} made"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    goldens = {"rng": make_rng_golden(), "losses": make_losses_golden()}
    goldens.update((name, make_network_golden(name)) for name in NETWORKS)
    differences = []
    for name, golden in goldens.items():
        path = os.path.join(HERE, f"{name}.json")
        text = write_numbers(golden)
        if check:
            with open(path, encoding="utf-8") as file:
                stored, made = json.load(file), json.loads(text)
            for tree in (stored, made):
                tree.pop("spread", None)   # of one version on one processor
            differences += find_differences(name, stored, made)
        else:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        print(f"{name}.json: {len(text)} bytes, {golden.get('spread', '')}")
    print("\n".join(differences))
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
