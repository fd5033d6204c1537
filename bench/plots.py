"""Bar charts as SVG, by hand: nothing is loaded from anywhere, and the text stays text."""

import html
import math

COLOURS = ["#9aa5b1", "#2f6f9f", "#c8842b", "#5b8c5a", "#8a5a8c"]
WIDTH, LEFT, BAR, GAP, TOP = 720, 190, 18, 14, 64


def step_of(top):
    """A round number that goes four to ten times into `top`."""
    base = 10 ** math.floor(math.log10(top / 4))
    return next(base * factor for factor in (1, 2, 5, 10) if top / (base * factor) <= 8)


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def bars(title, unit, groups, names):
    """groups: [(label, {name: value})], one group of bars each, one bar for each of `names` that it has."""
    top = max(value for _, values in groups for value in values.values()) or 1
    scale = (WIDTH - LEFT - 90) / top
    parts, y = [], TOP
    for label, values in groups:
        shown = [name for name in names if name in values]
        middle = y + len(shown) * BAR / 2 + 4
        parts.append(f'<text x="{LEFT - 10}" y="{middle}" text-anchor="end">{html.escape(label)}</text>')
        for name in shown:
            width = max(1, values[name] * scale)
            colour = COLOURS[names.index(name) % len(COLOURS)]
            parts.append(f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR - 3}" fill="{colour}"/>')
            parts.append(f'<text x="{LEFT + width + 5:.1f}" y="{y + 12}">{number(values[name])}</text>')
            y += BAR
        y += GAP
    grid, step = [], step_of(top)
    for i in range(int(top / step) + 1):
        x = LEFT + i * step * scale
        grid.append(f'<line x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{y}" stroke="#e3e6ea"/>')
        grid.append(f'<text x="{x:.1f}" y="{y + 14}" text-anchor="middle" fill="#667">{number(i * step)}</text>')
    legend, x = [], LEFT
    for i, name in enumerate(names):
        legend.append(f'<rect x="{x}" y="34" width="11" height="11" fill="{COLOURS[i % len(COLOURS)]}"/><text x="{x + 16}" y="44">{html.escape(name)}</text>')
        x += 30 + 7 * len(name)
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y + 40}" viewBox="0 0 {WIDTH} {y + 40}" '
                      'font-family="sans-serif" font-size="12" fill="#223">',
                      '<rect width="100%" height="100%" fill="#fff"/>',
                      f'<text x="16" y="22" font-size="15">{html.escape(title)}</text>', *grid, *legend, *parts,
                      f'<text x="{WIDTH - 16}" y="{y + 32}" text-anchor="end" fill="#667">{html.escape(unit)}</text>', "</svg>", ""])


FIGURES = [("per_second_while_sending", "rate", "How fast", "a second, more is better"),
           ("cpu_us_each", "cpu", "What one costs", "microseconds of CPU each, less is better"),
           ("peak_mib", "memory", "Memory", "peak MiB, less is better")]


def write_engine(result, folder):
    """The figures of bench/engine.py, one picture each."""
    folder.mkdir(parents=True, exist_ok=True)
    names = list(dict.fromkeys(name for sizes in result["medians"].values() for of_size in sizes.values() for name in of_size))
    for key, file, title, unit in FIGURES:
        groups = [(f"{mode}, {int(count):,}", {name: of_it[key] for name, of_it in of_size.items()})
                  for mode, sizes in result["medians"].items() for count, of_size in sizes.items()]
        whole = f"{title}: {result['latency_ms']:g} ms latency, {result['machine']['cores']} cores, median of {result['rounds']}"
        (folder / f"engine_{file}.svg").write_text(bars(whole, unit, groups, names))
