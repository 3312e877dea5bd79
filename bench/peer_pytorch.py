#!/usr/bin/env python3
"""The same training step in PyTorch, as fast as PyTorch makes it: the peer of `doppel bench step`.

    bench/peer_pytorch.py small|full --mode eager|compiled|bf16_compiled [--batch N] [--classes N] [--steps N]

Network: Table 1 of the paper, and its small form (64 pixels, a quarter of the channels, "same" padding). Loss: L2-Softmax
with a trained scale. Optimiser: Nesterov SGD, one fused update, weight decay on convolution, fc and classifier weights
only; ARFA's a and the scale are clamped after each step. Layout channels_last; bf16 = autocast. Images are random numbers.

Prints one JSON object: ms per step (median, quartiles), peak memory of the process in MB, parameters, multiply-accumulates,
and the loss of the first steps. Exit code 77, with a message, where PyTorch is missing.
"""
import argparse
import json
import os
import resource
import statistics
import sys
import time

# Large buffers stay with the process; without this, page faults cost PyTorch a fifth of the step. Read at start, so again.
MALLOC = {"MALLOC_MMAP_THRESHOLD_": "8589934592", "MALLOC_TRIM_THRESHOLD_": "8589934592"}
if any(os.environ.get(name) != value for name, value in MALLOC.items()):
    os.environ.update(MALLOC)
    os.execv(sys.executable, [sys.executable, *sys.argv])

try:
    import torch
    import torch.nn.functional as F
    from torch import nn
except ImportError as missing:
    print(f"PyTorch is missing ({missing}); the peer is skipped", file=sys.stderr)
    sys.exit(77)


class Arfa(nn.Module):
    """Adaptive rational fraction activation (eq. 1): kx for x > 0, kx / (a - x) otherwise."""

    def __init__(self, channels):
        super().__init__()
        self.a = nn.Parameter(torch.ones(channels, 1, 1))
        self.k = 1.35  # keeps the variance of a normal input

    def forward(self, x):
        return self.k * x / torch.where(x > 0, 1.0, self.a - x)


def conv(inputs, outputs, size, *, stride=1, pad=0, dilation=1, bias=True):
    return nn.Conv2d(inputs, outputs, size, stride=stride, padding=pad, dilation=dilation, bias=bias)


class ResidualBlock(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1, self.arfa1 = conv(inputs, outputs, 3, pad=1, bias=False), Arfa(outputs)
        self.conv2, self.arfa2 = conv(outputs, outputs, 3, pad=1, bias=False), Arfa(outputs)
        self.projection = conv(inputs, outputs, 1, bias=False) if inputs != outputs else nn.Identity()

    def forward(self, x):
        return self.arfa2(self.conv2(self.arfa1(self.conv1(x)))) + self.projection(x)


class DilatedBranches(nn.Module):
    """3x3 convolutions of dilation 1, 2, ... side by side, concatenated, one activation."""

    def __init__(self, inputs, outputs, same):
        super().__init__()
        self.convs = nn.ModuleList(
            conv(inputs, out, 3, pad=d if same else d - 1, dilation=d) for d, out in enumerate(outputs, start=1))
        self.arfa = Arfa(sum(outputs))

    def forward(self, x):
        return self.arfa(torch.cat([c(x) for c in self.convs], dim=1))


class FaceResnet(nn.Module):
    def __init__(self, size, width, same, embedding=512):
        super().__init__()
        c = [int(width * n) for n in (64, 128, 256, 512, 1024)]
        pad = 2 if same else 0
        self.features = nn.Sequential(
            conv(3, c[0], 5, stride=2, pad=pad), Arfa(c[0]), conv(c[0], c[0], 5, pad=pad), Arfa(c[0]), nn.MaxPool2d(2),
            ResidualBlock(c[0], c[1]),
            DilatedBranches(c[1], [c[2] // 2, c[2] // 4, c[2] // 4], same), nn.MaxPool2d(2),
            *[ResidualBlock(c[2], c[2]) for _ in range(2)],
            DilatedBranches(c[2], [c[3] // 2, c[3] // 2], same), nn.MaxPool2d(2),
            *[ResidualBlock(c[3], c[3]) for _ in range(5)],
            DilatedBranches(c[3], [c[4]], same), nn.MaxPool2d(2),
            *[ResidualBlock(c[4], c[4]) for _ in range(3)])
        with torch.device("meta"), torch.no_grad():
            flat = self.to("meta").features(torch.empty(1, 3, size, size)).numel()
        self.to_empty(device="cpu")
        self.fc = nn.Linear(flat, 2 * embedding)

    def forward(self, x):
        x = self.fc(self.features(x).flatten(1))
        return torch.maximum(*x.chunk(2, dim=1))  # maxout over pairs


class Training(nn.Module):
    """Images and labels to the L2-Softmax loss."""

    def __init__(self, size, width, same, classes, embedding=512):
        super().__init__()
        self.network = FaceResnet(size, width, same, embedding)
        self.classifier = nn.Linear(embedding, classes)
        self.alpha = nn.Parameter(torch.tensor([16.0]))
        with torch.no_grad():
            for name, p in self.named_parameters():
                if name == "classifier.weight":
                    p.normal_(0, 0.01)
                elif p.ndim >= 2 and not name.endswith(".a"):
                    p.normal_(0, p[0].numel() ** -0.5)
                elif name != "alpha":
                    p.fill_(1 if name.endswith(".a") else 0)

    def forward(self, images, labels):
        embeddings = F.normalize(self.network(images).float())
        return F.cross_entropy(self.classifier(self.alpha * embeddings).float(), labels)


def macs(model, size, classes):
    """Multiply-accumulates of one image, from the shapes that really occur."""
    total = 0

    def count(module, inputs, output):
        nonlocal total
        total += output.numel() * module.weight[0].numel()

    hooks = [m.register_forward_hook(count) for m in model.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    with torch.no_grad():
        model(torch.zeros(1, 3, size, size), torch.zeros(1, dtype=torch.long))
    for hook in hooks:
        hook.remove()
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", choices=["small", "full"])
    parser.add_argument("--mode", choices=["eager", "compiled", "bf16_compiled"], default="eager")
    parser.add_argument("--batch", type=int)
    parser.add_argument("--classes", type=int, default=20000)
    parser.add_argument("--width", type=float)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--threads", type=int, default=0, help="0 = all cores")
    a = parser.parse_args()
    small = a.work == "small"
    size, width = (64, a.width or 0.25) if small else (259, a.width or 1.0)
    batch, steps = a.batch or (81 if small else 3), a.steps or (30 if small else 10)
    if a.threads > 0:
        torch.set_num_threads(a.threads)

    torch.manual_seed(1)
    model = Training(size, width, small, a.classes)
    work = macs(model, size, a.classes)
    model = model.to(memory_format=torch.channels_last)
    images = torch.randn(batch, 3, size, size).to(memory_format=torch.channels_last)
    decay = [p for n, p in model.named_parameters() if p.ndim >= 2 and not n.endswith(".a")]
    others = [p for n, p in model.named_parameters() if p.ndim < 2 or n.endswith(".a")]
    optimiser = torch.optim.SGD([{"params": decay, "weight_decay": 5e-4}, {"params": others}], lr=0.01, momentum=0.9,
                                nesterov=True, fused=True)
    floors = [m.a for m in model.modules() if isinstance(m, Arfa)]
    compute = model if a.mode == "eager" else torch.compile(model)
    generator = torch.Generator().manual_seed(2)

    def step():
        labels = torch.randint(a.classes, (batch,), generator=generator)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=a.mode == "bf16_compiled"):
            loss = compute(images, labels)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        with torch.no_grad():
            torch._foreach_clamp_min_(floors, 0.1)
            model.alpha.clamp_(min=1)
        return loss.item()

    losses = [step() for _ in range(3)]  # until everything is compiled and every buffer exists
    times = []
    for _ in range(steps):
        start = time.perf_counter()
        losses.append(step())
        times.append(1e3 * (time.perf_counter() - start))
    quartiles = statistics.quantiles(times, n=4, method="inclusive") if len(times) > 1 else times * 3
    print(json.dumps({
        "torch": torch.__version__, "mode": a.mode, "work": a.work, "batch": batch, "classes": a.classes,
        "threads": torch.get_num_threads(), "steps": steps, "ms": quartiles[1], "ms_lower": quartiles[0],
        "ms_upper": quartiles[2], "resident_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
        "network_parameters": sum(p.numel() for p in model.network.parameters()),
        "head_parameters": sum(p.numel() for p in [*model.classifier.parameters(), model.alpha]),
        "macs_per_image": work, "losses": losses[:5]}))


if __name__ == "__main__":
    main()
