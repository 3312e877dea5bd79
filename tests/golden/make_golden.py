#!/usr/bin/env python3
"""Makes golden.json: 20 training steps of a tiny face_resnet, computed without a line of this project.

Written from the paper's formulas and docs/deviations.md alone. Gradients are not derived: every trainable number p is
moved by i h, h = 1e-100, and Im(loss) / h is its derivative to the last digits (complex step; no difference is taken,
so nothing cancels). That needs the forward pass only, in complex numbers, where max and ">" look at the real part.

    python3 -m venv /tmp/golden && /tmp/golden/bin/pip install numpy
    /tmp/golden/bin/python tests/golden/make_golden.py tests/golden/golden.json

At the end it starts again from weights changed by 1e-12 of their size and prints how much the figures moved, relative
to that: the factor by which 20 steps amplify rounding. golden_test.cpp derives its tolerance from it.
"""

import json
import sys

import numpy as np

PIXELS, CLASSES, EMBEDDING, STEPS, H = 16, 4, 4, 20, 1e-100
STEM, STAGE1, STAGE2 = 2, 4, 8  # channels: Table 1 at width 1/32, one block per stage
OPTIONS = {
    "weights": {"l2_softmax": 1.0, "lifted": 0.1, "margin": 1.0},
    "margin": 0.1, "lifted_margin": 1.0,
    "momentum": 0.9, "decay": 5e-4, "clip_norm": 4.0, "beta_rate": 2.0,
    "rate": 0.02, "final_rate": 1e-4, "restart_period": 6, "restart_factor": 2.0, "warmup": 3,
}


def start(rng):
    """Initial numbers: short decimals, so that the file stays small."""
    p = {}

    def conv(name, out, size, inputs, bias):
        p[name + ".weight"] = rng.normal(size=(out, size, size, inputs)) * np.sqrt(1.5 / (size * size * inputs))
        if bias:
            p[name + ".bias"] = rng.normal(size=out) * 0.1

    def arfa(name, channels, k):
        p[name + ".a"] = rng.uniform(0.5, 1.5, size=channels)
        p[name + ".k"] = np.array([k])

    def block(name, inputs, out, k):
        conv(name + ".conv1", out, 3, inputs, False)
        arfa(name + ".arfa1", out, k)
        conv(name + ".conv2", out, 3, out, False)
        arfa(name + ".arfa2", out, k + 0.1)
        if inputs != out:
            conv(name + ".projection", out, 1, inputs, False)

    conv("stem.conv1", STEM, 5, 3, True)
    arfa("stem.arfa1", STEM, 1.35)
    conv("stem.conv2", STEM, 5, STEM, True)
    arfa("stem.arfa2", STEM, 1.2)
    block("stage1.block1", STEM, STAGE1, 1.25)
    conv("stage1.branches.conv1", STAGE2 // 2, 3, STAGE1, True)
    conv("stage1.branches.conv2", STAGE2 // 2, 3, STAGE1, True)
    arfa("stage1.branches.arfa", STAGE2, 1.4)
    block("stage2.block1", STAGE2, STAGE2, 1.1)
    inputs = 2 * 2 * STAGE2
    p["fc.weight"] = rng.normal(size=(2 * EMBEDDING, inputs)) / np.sqrt(inputs)
    p["fc.bias"] = rng.normal(size=2 * EMBEDDING) * 0.1
    p["l2_softmax.weight"] = rng.normal(size=(CLASSES, EMBEDDING)) * 0.5
    p["l2_softmax.bias"] = rng.normal(size=CLASSES) * 0.1
    p["l2_softmax.alpha"] = np.array([4.0])
    p["lifted.alpha"] = np.array([2.0])
    p["margin.beta"] = np.array([0.5])
    p = {name: np.round(v, 3) for name, v in p.items()}
    p["stage1.branches.arfa.a"][:3] = 0.1  # at the floor
    return p


def conv2d(x, w, bias=0.0, stride=1, pad=0, dilation=1):
    """x [n, h, w, c], w [k, r, s, c]: cross-correlation."""
    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    size = w.shape[1]
    reach = dilation * (size - 1)
    high, wide = ((side - reach - 1) // stride + 1 for side in x.shape[1:3])
    y = 0
    for r in range(size):
        for s in range(size):
            top, left = r * dilation, s * dilation
            part = x[:, top:top + stride * (high - 1) + 1:stride, left:left + stride * (wide - 1) + 1:stride]
            y = y + part @ w[:, r, s, :].T
    return y + bias


def arfa(x, a, k):
    """Equation 1."""
    return np.where(x.real > 0, k * x, k * x / (a - np.where(x.real > 0, 0, x)))


def max_pool(x):
    n, h, w, c = x.shape
    patches = x.reshape(n, h // 2, 2, w // 2, 2, c).transpose(0, 1, 3, 5, 2, 4).reshape(n, h // 2, w // 2, c, 4)
    return np.take_along_axis(patches, patches.real.argmax(-1)[..., None], -1)[..., 0]


def embed(p, x):
    """Table 1 in small, then L2 normalisation."""
    def act(name, h):
        return arfa(h, p[name + ".a"], p[name + ".k"][0])

    def residual(name, h):
        inner = act(name + ".arfa1", conv2d(h, p[name + ".conv1.weight"], pad=1))
        inner = act(name + ".arfa2", conv2d(inner, p[name + ".conv2.weight"], pad=1))
        shortcut = name + ".projection.weight"
        return inner + (conv2d(h, p[shortcut]) if shortcut in p else h)

    h = act("stem.arfa1", conv2d(x, p["stem.conv1.weight"], p["stem.conv1.bias"], stride=2, pad=2))
    h = max_pool(act("stem.arfa2", conv2d(h, p["stem.conv2.weight"], p["stem.conv2.bias"], pad=2)))
    h = residual("stage1.block1", h)
    h = np.concatenate([conv2d(h, p[f"stage1.branches.conv{d}.weight"], p[f"stage1.branches.conv{d}.bias"],
                               pad=d, dilation=d) for d in (1, 2)], axis=-1)
    h = residual("stage2.block1", max_pool(act("stage1.branches.arfa", h)))
    h = h.reshape(len(h), -1) @ p["fc.weight"].T + p["fc.bias"]
    h = np.where(h[:, :EMBEDDING].real >= h[:, EMBEDDING:].real, h[:, :EMBEDDING], h[:, EMBEDDING:])  # maxout
    return h / np.sqrt((h * h).sum(1, keepdims=True))


def losses(p, x, y, positive, negative):
    """The three losses of section 4.2.4."""
    e, n = embed(p, x), len(y)
    logits = p["l2_softmax.alpha"] * e @ p["l2_softmax.weight"].T + p["l2_softmax.bias"]
    softmax = (np.log(np.exp(logits).sum(1)) - logits[np.arange(n), y]).mean()

    difference = e[:, None] - e[None]
    square = (difference * difference).sum(-1)
    d = p["lifted.alpha"] * np.sqrt(np.where(np.eye(n) > 0, 1, square))  # the diagonal is not used
    terms = np.where(y[:, None] != y[None], np.exp(OPTIONS["lifted_margin"] - d), 0).sum(1)
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n) if y[i] == y[j]]
    lifted = 0
    for i, j in pairs:
        excess = np.log(terms[i] + terms[j]) + d[i, j]
        lifted = lifted + (excess * excess if excess.real > 0 else 0) / (2 * len(pairs))

    cosine, beta, drawn = e @ e.T, p["margin.beta"][0], 0
    margin = 0
    for partner, sign in ((positive, 1), (negative, -1)):
        for i in range(n):
            if partner[i] >= 0:
                hinge = OPTIONS["margin"] - sign * (cosine[i, partner[i]] - beta)
                margin = margin + (hinge if hinge.real > 0 else 0)
                drawn += 1
    margin = margin / max(1, drawn)
    w = OPTIONS["weights"]
    total = w["l2_softmax"] * softmax + w["lifted"] * lifted + w["margin"] * margin
    return np.array([total, softmax, lifted, margin])


def gradients(p, batch):
    """Of the total loss, by complex steps."""
    moved = {name: v.astype(complex) for name, v in p.items()}
    g = {}
    for name, v in moved.items():
        if name.endswith(".k"):
            continue  # a constant of the layer
        g[name] = np.empty(v.shape)
        for at in np.ndindex(v.shape):
            v[at] += 1j * H
            g[name][at] = losses(moved, *batch)[0].imag / H
            v[at] = v[at].real
    return g


def rate(t):
    """SGDR with warm restarts and a linear warm-up."""
    since, period = t, OPTIONS["restart_period"]
    while since >= period:
        since, period = since - period, int(period * OPTIONS["restart_factor"])
    cosine = 0.5 * (1 + np.cos(np.pi * since / period))
    low, high = OPTIONS["final_rate"], OPTIONS["rate"]
    return (low + (high - low) * cosine) * min(1, (t + 1) / OPTIONS["warmup"])


def floor(name):
    return 0.1 if name.endswith(".a") else 1.0 if name.endswith(".alpha") else -np.inf


def train(p, images, steps):
    """Nesterov's accelerated gradient; yields the four losses of each step and the norm of its gradient."""
    p = {name: v.copy() for name, v in p.items()}
    velocity = {name: np.zeros(v.shape) for name, v in p.items()}
    figures, norms = [], []
    for t, step in enumerate(steps):
        batch = (images[step["rows"]], np.array(step["labels"]), step["positive"], step["negative"])
        figures.append(losses(p, *batch).real.tolist())
        g = gradients(p, batch)
        norm = np.sqrt(sum((v * v).sum() for v in g.values()))
        norms.append(norm)
        for name in g:
            v = g[name] * min(1, OPTIONS["clip_norm"] / norm)
            if name.endswith(".weight"):
                v = v + OPTIONS["decay"] * p[name]
            velocity[name] = OPTIONS["momentum"] * velocity[name] + v
            scale = rate(t) * (OPTIONS["beta_rate"] if name == "margin.beta" else 1)
            p[name] = np.maximum(p[name] - scale * (v + OPTIONS["momentum"] * velocity[name]), floor(name))
    return p, np.array(figures), norms


def draw(rng, labels, want):
    """A partner for each photo, of its own class (want) or another; none for some, and where there is none."""
    partners = []
    for i, y in enumerate(labels):
        some = [j for j, z in enumerate(labels) if j != i and (z == y) == want]
        partners.append(int(rng.choice(some)) if some and rng.random() < 0.8 else -1)
    return partners


def main(path):
    rng = np.random.default_rng(7)
    first = start(rng)
    pixels = rng.integers(0, 256, size=(2 * CLASSES, PIXELS, PIXELS, 3))
    images = (pixels - 127.5) / 128
    steps = []
    for t in range(STEPS):
        rows = [int(r) for r in rng.permutation(2 * CLASSES)[:6]]
        labels = [r // 2 for r in rows]
        nobody = t == 7  # one step without any pair
        steps.append({"rows": rows, "labels": labels,
                      "positive": [-1] * 6 if nobody else draw(rng, labels, True),
                      "negative": [-1] * 6 if nobody else draw(rng, labels, False)})
    last, figures, norms = train(first, images, steps)
    for step, line in zip(steps, figures):
        step["losses"] = line.tolist()

    noise = {n: v if n.endswith(".k") else v * (1 + 1e-12 * rng.choice([-1, 1], size=v.shape)) for n, v in first.items()}
    moved, moved_figures, _ = train(noise, images, steps)
    growth = max(np.abs(moved_figures - figures).max() / 1e-12,
                 max(np.abs(moved[n] - last[n]).max() for n in last) / 1e-12)
    print("losses (total, l2_softmax, lifted, margin):\n", figures, file=sys.stderr)
    print("gradient norms:", np.round(norms, 2), "\nat the floor:",
          [n for n in last if (last[n] == floor(n)).any()], "\namplification:", growth, file=sys.stderr)

    def numbers(p):
        return {name: {"shape": list(v.shape), "values": v.ravel().tolist()} for name, v in p.items()}

    with open(path, "w") as out:
        json.dump({"made by": "tests/golden/make_golden.py", "options": OPTIONS, "pixels": pixels.ravel().tolist(),
                   "steps": steps, "initial": numbers(first), "final": numbers(last)}, out, separators=(",", ":"))
        out.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
