#!/usr/bin/env python3
"""Writes what a PyTorch model computes into a golden file, for `matches_golden` of nn-test.

Needs `torch` and `safetensors`, and nothing else. As a function:

    from golden import write_golden
    write_golden("golden/mlp.safetensors", model, inputs, targets, torch.nn.CrossEntropyLoss())

or on the command line, with a file of your own that has a function which gives these four:

    python golden.py my_nets.py:mlp golden/mlp.safetensors --mode eval

The file holds `input` (or `input.0`, `input.1`, … of several), `target`, `output`, `loss`,
`weights.NAME` (the state dict before the pass), `gradients.NAME`, `input_gradient` (or
`input_gradient.0`, …) and `after.NAME` (running statistics that the pass changed).
"""

import argparse
import copy
import importlib.util
import json
import pathlib
import sys

import torch
from safetensors.torch import save_file

FORMAT = "nn-test golden 1"


def write_golden(path, model, inputs, targets, loss, *, mode="train", names=None,
                 dtype=torch.float64, metadata=None):
    """Runs `model` on `inputs`, walks back from `loss(outputs, targets)`, and writes all of it.

    `inputs` is a tensor, or a tuple of tensors for a model with several inputs; the first axis of
    each is the batch. `mode` is "train" (normalizations use the batch, dropout is off: random
    numbers are no gold) or "eval". `names` renames the beginnings of parameter names:
    {"0": "hidden"} writes `hidden.weight` for `0.weight`. All floats are computed and written as
    `dtype`: in 64 bits the comparison is sharp. The model itself is not changed.
    """
    if mode not in ("train", "eval"):
        raise ValueError(f"mode is 'train' or 'eval', not {mode!r}")
    model = copy.deepcopy(model).to(dtype)
    model.train(mode == "train")
    _still(model)
    # What the scales of a loss are may be weights of classes: they are of the same type.
    loss = copy.deepcopy(loss).to(dtype) if isinstance(loss, torch.nn.Module) else loss
    several = isinstance(inputs, (tuple, list))
    inputs = [_leaf(tensor, dtype) for tensor in (inputs if several else [inputs])]
    targets = targets.to(dtype) if targets.is_floating_point() else targets
    before = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}

    output = model(*inputs)
    if not isinstance(output, torch.Tensor):
        raise TypeError(f"the model gives {type(output).__name__}: wrap it, so that it gives the "
                        "one tensor that the loss takes")
    value = loss(output, targets)
    if value.numel() != 1:
        raise ValueError(f"the loss has shape {tuple(value.shape)}: give one that is a mean or a sum")
    value.backward()

    tensors = {"output": output, "loss": value.reshape(1), "target": targets}
    for index, tensor in enumerate(inputs):
        suffix = f".{index}" if several else ""
        tensors[f"input{suffix}"] = tensor
        if tensor.requires_grad:
            zero = torch.zeros_like(tensor)
            tensors[f"input_gradient{suffix}"] = zero if tensor.grad is None else tensor.grad
    for name, tensor in before.items():
        tensors[f"weights.{_renamed(name, names)}"] = tensor
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            zero = torch.zeros_like(parameter)
            gradient = zero if parameter.grad is None else parameter.grad
            tensors[f"gradients.{_renamed(name, names)}"] = gradient
    for name, tensor in model.state_dict().items():
        changed = tensor.is_floating_point() and not torch.equal(tensor, before[name])
        if changed:
            tensors[f"after.{_renamed(name, names)}"] = tensor

    said = {"format": FORMAT, "framework": f"PyTorch {torch.__version__.split('+')[0]}",
            "mode": mode, **(metadata or {})}
    # A copy of each: safetensors takes no two names for one memory.
    plain = {name: tensor.detach().clone().contiguous().cpu() for name, tensor in tensors.items()}
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(plain, str(path), metadata=said)
    ordered(path)
    # It is written for its owner alone, and belongs into version control.
    path.chmod(0o644)
    return path


def ordered(path):
    """Brings the metadata into order, so that the same numbers make the same file, bit for bit."""
    content = path.read_bytes()
    length = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:length])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    # The tensors begin at a multiple of eight.
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + content[length:])


def _leaf(tensor, dtype):
    """A copy whose gradient is wanted, of floats; token indices stay as they are."""
    if not tensor.is_floating_point():
        return tensor.detach().clone()
    return tensor.detach().clone().to(dtype).requires_grad_(True)


def _still(model):
    """Switches off what is random, whatever the mode: modules, and numbers that others carry."""
    dropouts = (torch.nn.Dropout, torch.nn.Dropout1d, torch.nn.Dropout2d, torch.nn.Dropout3d,
                torch.nn.AlphaDropout, torch.nn.FeatureAlphaDropout, torch.nn.RReLU)
    for module in model.modules():
        if isinstance(module, dropouts):
            module.eval()
        elif isinstance(getattr(module, "dropout", None), float):
            module.dropout = 0.0


def _renamed(name, names):
    """The name with its beginning changed, in whole parts."""
    for before, after in (names or {}).items():
        if name == before or name.startswith(before + "."):
            return (after + name[len(before):]).lstrip(".")
    return name


def _load(where):
    """The function behind `file.py:function`."""
    file, _, function = where.rpartition(":")
    if not file:
        sys.exit(f"{where}: write the file and the function in it: my_nets.py:mlp")
    spec = importlib.util.spec_from_file_location(pathlib.Path(file).stem, file)
    if spec is None or not pathlib.Path(file).is_file():
        sys.exit(f"{file}: there is no such file of Python")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(pathlib.Path(file).resolve().parent))
    spec.loader.exec_module(module)
    if not hasattr(module, function):
        sys.exit(f"{file} has no function `{function}`")
    return getattr(module, function)


def _pair(text):
    before, equals, after = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text}: write before=after")
    return before, after


def main():
    parser = argparse.ArgumentParser(description="Writes a golden file for nn-test's matches_golden.")
    parser.add_argument("net", metavar="FILE.py:FUNCTION",
                        help="a function that gives model, inputs, targets and loss")
    parser.add_argument("out", metavar="OUT.safetensors")
    parser.add_argument("--mode", choices=["train", "eval"], default="train")
    parser.add_argument("--seed", type=int, default=42, help="torch's seed before the function runs")
    parser.add_argument("--name", action="append", type=_pair, default=[], metavar="BEFORE=AFTER",
                        help="renames the beginning of parameter names; may be given several times")
    parser.add_argument("--float32", action="store_true",
                        help="computes in 32 bits instead of 64: a smaller file, a looser comparison")
    options = parser.parse_args()
    net = _load(options.net)
    torch.manual_seed(options.seed)
    model, inputs, targets, loss = net()
    path = write_golden(options.out, model, inputs, targets, loss, mode=options.mode,
                        names=dict(options.name),
                        dtype=torch.float32 if options.float32 else torch.float64)
    print(f"{path}: {path.stat().st_size} bytes, PyTorch {torch.__version__}")


if __name__ == "__main__":
    main()
