"""Line plots with logarithmic axes as one SVG picture; the standard library alone."""
import math
from html import escape

WIDTH, HEIGHT = 360, 240  # of a panel
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 16, 42
COLOURS = ["#1f6fb4", "#c8501e", "#3a8a3a"]


def short(value):
    """1500 -> 1.5k"""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


class Axis:
    """Maps [low, high] to [start, end], logarithmically; the range is widened to whole ticks (1, 2, 5, 10, ...)."""

    def __init__(self, values, start, end):
        ladder = [m * 10.0**e for e in range(-4, 10) for m in (1, 2, 5)]
        self.low = max(t for t in ladder if t <= min(values))
        self.high = min(t for t in ladder if t >= max(values))
        if self.low == self.high:
            self.high = min(t for t in ladder if t > self.low)
        self.ticks = [t for t in ladder if self.low <= t <= self.high]
        if len(self.ticks) > 7:
            self.ticks = [t for t in self.ticks if math.log10(t) == round(math.log10(t))]
        self.start, self.end = start, end

    def __call__(self, value):
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return self.start + share * (self.end - self.start)


def text(x, y, content, anchor="middle", more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{escape(content)}</text>'


def panel(p, left, top):
    """One set of axes. p: x and y are the axes' names, values the x, lines {name: y values}."""
    x = Axis(p["values"], left + LEFT, left + WIDTH - RIGHT)
    y = Axis([v for line in p["lines"].values() for v in line], top + HEIGHT - BOTTOM, top + TOP)
    out = []
    for tick in x.ticks:
        out.append(f'<path class="grid" d="M{x(tick):.1f} {y.start}V{y.end}"/>')
        out.append(text(x(tick), y.start + 15, short(tick)))
    for tick in y.ticks:
        out.append(f'<path class="grid" d="M{x.start} {y(tick):.1f}H{x.end}"/>')
        out.append(text(x.start - 6, y(tick) + 4, short(tick), "end"))
    out.append(text((x.start + x.end) / 2, y.start + 33, p["x"]))
    middle = (y.start + y.end) / 2
    out.append(text(left + 14, middle, p["y"], more=f'transform="rotate(-90 {left + 14} {middle:.1f})"'))
    for (name, values), colour in zip(p["lines"].items(), COLOURS):
        points = [(x(a), y(b)) for a, b in zip(p["values"], values)]
        out.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="'
                   + " ".join(f"{a:.1f},{b:.1f}" for a, b in points) + '"/>')
        out += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colour}"/>' for a, b in points]
        if len(p["lines"]) > 1:
            out.append(text(points[-1][0] - 6, points[-1][1] - 8, name, "end", f'style="fill:{colour}"'))
    return "\n".join(out)


def figure(panels, columns):
    """All panels in rows of `columns`."""
    width, height = columns * WIDTH, math.ceil(len(panels) / columns) * HEIGHT
    body = "\n".join(panel(p, i % columns * WIDTH, i // columns * HEIGHT) for i, p in enumerate(panels))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">\n'
            '<style>text{font:12px sans-serif;fill:#333}.grid{stroke:#ddd}</style>\n'
            f'<rect width="{width}" height="{height}" fill="#fff"/>\n{body}\n</svg>\n')
