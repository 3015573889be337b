#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-goldens.py [--check] [NAME ...]: values that PyTorch gives for our networks and losses, for the C tests.

Writes the JSON files beside this script (those named, or all); with --check computes everything again and compares
instead. Needs torch, torchvision, timm and numpy. What the files hold, and how the initial weights and the inputs are made
(they are not stored), is in README.md. Trained weights are read from the folder that RETORT_TEST_DATA names.
"""
import argparse
import functools
import json
import math
import os
import sys
from dataclasses import dataclass
from typing import Callable

import numpy as np
import torch
from torch.nn import functional as F

import networks
import streams

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.environ.get("RETORT_TEST_DATA", os.path.join(HERE, "..", "..", "..", "shared", "data"))
STEPS, DIGITS = 10, 12


@dataclass
class Network:
    """What a file is made with."""
    make: Callable
    shape: tuple               # height, width, channels
    rates: dict
    batch: int = 8
    gain: int = 3              # of the weights that are drawn
    large: bool = False        # a hash for the parameters' shapes, and nothing of what they are after training
    others: tuple = ()         # further inputs (N,H,W,C), for their logits only
    every: int = 1             # of the logits of @others, classes 0, every, 2 every ...
    weights: str = ""          # trained ones, in place of those that are drawn
    name: str = ""             # of our network, where the file is not called by it


def use(rate_sgd, rate_adamw):
    return {"sgd": rate_sgd, "adamw": rate_adamw}


# For photographs: 4 images, and two of odd sides, where TensorFlow's padding differs at its ends and pools end half filled.
photographs = functools.partial(Network, shape=(64, 64, 3), batch=4, large=True, others=((2, 75, 70, 3),))
torchvision_18 = functools.partial(networks.make_torchvision, "resnet18")
torchvision_34 = functools.partial(networks.make_torchvision, "resnet34")
torchvision_50 = functools.partial(networks.make_torchvision, "resnet50")
torchvision_v2 = functools.partial(networks.make_torchvision, "mobilenet_v2", dropout=0.0)
torchvision_squeeze = functools.partial(networks.make_torchvision, "squeezenet1_1", dropout=0.0)
timm_symmetric = functools.partial(networks.make_efficientnet, "efficientnet_lite0")

# Where batch norm follows many ReLUs, one that flips because a sum was rounded differently changes what follows by far more
# than rounding; the rates are such that ten steps stay comparable (see README.md).
NETWORKS = {
    "mlp": Network(networks.Mlp, (28, 28, 1), use(0.05, 1e-4)),
    "lenet5": Network(networks.LeNet5, (28, 28, 1), use(0.05, 1e-3)),
    "resnet20": Network(functools.partial(networks.ResNetCifar, 3), (32, 32, 3), use(5e-4, 1e-4)),
    "mobile": Network(networks.Mobile, (32, 32, 3), use(2e-4, 1e-4)),
    "resnet18": photographs(torchvision_18, rates=use(3e-5, 1e-5)),
    "resnet18-cifar": photographs(networks.make_resnet18_cifar, shape=(32, 32, 3), rates=use(1e-4, 1e-5)),
    "resnet34": photographs(torchvision_34, rates=use(1e-5, 3e-6)),
    "resnet50": photographs(torchvision_50, rates=use(1e-7, 3e-7), others=((2, 75, 70, 3), (1, 224, 224, 3))),
    "mobilenet_v1": photographs(functools.partial(networks.MobileNetV1, 1, F.relu6), gain=6, rates=use(1e-6, 3e-6)),
    "mobilenet_v1-0.25-relu": photographs(functools.partial(networks.MobileNetV1, 0.25, F.relu), gain=6,
                                          rates=use(1e-6, 1e-5)),
    "mobilenet_v2": photographs(torchvision_v2, gain=6, rates=use(1e-6, 3e-6)),
    "mobilenet_v2-cifar": photographs(networks.make_mobilenet_v2_cifar, shape=(32, 32, 3), gain=6, rates=use(1e-6, 3e-6)),
    "squeezenet1_1": photographs(torchvision_squeeze, gain=6, rates=use(3e-5, 1e-5)),
    "efficientnet_lite0": photographs(networks.make_efficientnet_tf, gain=6, rates=use(1e-6, 3e-6)),
    "efficientnet_lite0-symmetric": photographs(timm_symmetric, gain=6, rates=use(1e-6, 3e-6)),
    "trained-resnet20": Network(functools.partial(networks.ResNetCifar, 3), (32, 32, 3), use(1e-4, 3e-5), batch=4, large=True,
                                weights="resnet20-12fca82f.th", name="resnet20"),
    "trained-resnet56": Network(functools.partial(networks.ResNetCifar, 9), (32, 32, 3), use(3e-5, 1e-5), batch=4, large=True,
                                weights="resnet56-4bfd9763.th", name="resnet56"),
    "trained-efficientnet_lite0": photographs(functools.partial(networks.make_efficientnet_tf, 1000), rates=use(3e-6, 3e-6),
                                              others=((4, 224, 224, 3),), every=10, name="efficientnet_lite0",
                                              weights="efficientnet-lite0-57934424.pth"),
}
DECAY = {"sgd": 5e-4, "adamw": 0.01}
SHAKES = 4         # runs from weights that differ by about one rounding error of float32; half of them where large
FLOAT_SHAKES = 8   # such runs in float32 where large: enough that one in which a ReLU flips is among them
SHAKE = 2e-7


# --- what is recorded

def load(network, name):
    """A checkpoint by the order of its tensors: the names are others than timm's, the layers are the same."""
    stored = torch.load(os.path.join(DATA, "weights", name), map_location="cpu", weights_only=True)
    stored = stored.get("state_dict", stored)
    tensors = [t for n, t in stored.items() if not n.endswith("num_batches_tracked")]
    with torch.no_grad():
        for (n, to), tensor in zip(streams.list_tensors(network), tensors, strict=True):
            if to.shape != tensor.shape:
                raise ValueError(f"{name}: {tuple(tensor.shape)} where {n} has {tuple(to.shape)}")
            to.copy_(tensor)


def make_values(golden):
    network = golden.make()
    if golden.weights:
        load(network, golden.weights)
    else:
        streams.fill(network, golden.gain)
    return network


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
        loss = F.cross_entropy(network(inputs[step]), streams.make_labels(step, len(inputs[step])))
        loss.backward()
        if gradients is None:
            gradients = describe((name, p.grad) for name, p in network.named_parameters())
        optimizer.step()
        losses.append(loss.item())
    return losses, gradients


def copy_network(golden, values, dtype, shake=None):
    """@shake: a seed for the rounding errors put on the weights."""
    network = golden.make().to(dtype)
    network.load_state_dict(values.state_dict())
    if shake is not None:
        torch.manual_seed(shake)
        with torch.no_grad():
            for p in network.parameters():
                p.mul_(1 + SHAKE * torch.randn_like(p))
    return network


def run_network(golden, values, inputs, dtype, shake=None):
    """@values: the network to begin with."""
    inputs, found = [x.to(dtype) for x in inputs], {}
    for kind, rate in golden.rates.items():
        network = copy_network(golden, values, dtype, shake)
        found["logits"] = evaluate(network, inputs[0])[:, ::golden.every].tolist()
        if golden.others and kind == "sgd":
            found["others"] = [{"input": other, "logits": evaluate(
                network, streams.make_input("input.0", other).to(dtype))[:, ::golden.every].tolist()}
                for other in map(list, golden.others)]
        losses, found["gradients"] = train(network, kind, rate, inputs)
        found[kind] = {"learning_rate": rate, "weight_decay": DECAY[kind], "losses": losses,
                       "logits": evaluate(network, inputs[0])[:, ::golden.every].tolist()}
        if not golden.large:
            found[kind]["after"] = describe(streams.list_tensors(network))
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
        if "after" in exact[kind]:
            spread[f"{kind}.after"] = max(find_norm_deviation(exact[kind]["after"], o[kind]["after"]) for o in others)
    return spread


def measure_moves(golden, exact, values, inputs):
    """How far the losses are from those without any training: what a test of training must be finer than."""
    still = copy_network(golden, values, torch.float64)
    losses, _ = train(still, "sgd", 0.0, [x.double() for x in inputs])
    return {f"{kind}.moves": find_deviation(exact[kind]["losses"], losses) for kind in golden.rates}


def list_shapes(network):
    return {name: list(tensor.shape) for name, tensor in streams.list_tensors(network)}


def describe_shapes(golden, network):
    """Names and shapes in order; of the large networks a hash of a line "NAME DIM DIM" for each."""
    shapes = list_shapes(network)
    if not golden.large:
        return {"parameters": shapes}
    lines = "".join(" ".join(map(str, [name, *dims])) + "\n" for name, dims in shapes.items())
    return {"shapes": f"{streams.hash_name(lines):016x}"}


def make_network_golden(name, check):
    golden = NETWORKS[name]
    inputs = [streams.make_input(f"input.{step}", (golden.batch, *golden.shape)) for step in range(STEPS)]
    values = make_values(golden)
    exact = run_network(golden, values, inputs, torch.float64)
    n_classes = [p for p in values.parameters()][-1].numel()
    made = {"network": golden.name or name, "input": [golden.batch, *golden.shape], "classes": n_classes,
            **describe_shapes(golden, values)}
    if golden.weights:
        made["weights"] = golden.weights
    elif golden.large:
        made["gain"] = golden.gain
    if golden.every > 1:
        made["every"] = golden.every
    made.update(exact)
    if not check:
        others = [run_network(golden, values, inputs, torch.float32)]
        others += [run_network(golden, values, inputs, torch.float64, shake)
                   for shake in range(SHAKES // 2 if golden.large else SHAKES)]
        others += [run_network(golden, values, inputs, torch.float32, shake)
                   for shake in range(FLOAT_SHAKES if golden.large else 0)]
        spread = measure_spread(exact, others)
        if golden.large:
            spread.update(measure_moves(golden, exact, values, inputs))
        made["spread"] = {key: float(f"{value:.1e}") for key, value in spread.items()}
    return made


def make_rng_golden():
    """So that a difference in the streams is seen before one in the networks."""
    names = ["conv1.weight", "layer1.0.bn1.bias", "input.0", "input.9"]
    return {"seed": streams.SEED, "streams": [
        {"name": name, "hash": f"{streams.hash_name(name):016x}",
         "next": [f"{value:016x}" for value in streams.draw(name, 4).tolist()],
         "uniform": streams.draw_uniform(name, 8).astype(float).tolist()} for name in names]}


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
    student = torch.from_numpy(streams.draw_range("student", (6, 5), np.float32(3))).double()
    teacher = torch.from_numpy(streams.draw_range("teacher", (6, 5), np.float32(5))).double()
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


def make_golden(name, check):
    if name == "rng":
        return make_rng_golden()
    return make_losses_golden() if name == "losses" else make_network_golden(name, check)


def compare(name, path, text):
    with open(path, encoding="utf-8") as file:
        stored, made = json.load(file), json.loads(text)
    stored.pop("spread", None)   # of one version on one processor
    return find_differences(name, stored, made)


def main():
    names = ["rng", "losses", *NETWORKS]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("names", metavar="NAME", nargs="*", choices=[[], *names])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    differences = []
    for name in arguments.names or names:
        path = os.path.join(HERE, f"{name}.json")
        golden = make_golden(name, arguments.check)
        text = write_numbers(golden)
        if arguments.check:
            differences += compare(name, path, text)
        else:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        print(f"{name}.json: {len(text)} bytes, {golden.get('spread', '')}", flush=True)
    print("\n".join(differences))
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
