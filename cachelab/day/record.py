"""The record of a module: its level, every line, the timeline, its source, all versions, the seed.

    day.record(connect, get_product, change_price, order)     # capstone-record.html and .json
    cachelab day capstone-record.json                # runs it again, and compares

It was made on somebody's own machine, and proves nothing to strangers. But whoever has it can run it again,
and with the same versions must find the same to the last digit.
"""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cachelab.day.incidents import judge
from cachelab.day.lines import Score, shown, taught
from cachelab.day.module import Service
from cachelab.day.ordered import order_of
from cachelab.day.orders import every_order
from cachelab.day.shop import DEADLINE, Phase

MOST = 30_000  # characters of a module that a record keeps
NAME = "capstone-record"


def scored(service: Service, seed: int = 1) -> Score:
    """All that is scored: the order, every order of calls, and the day."""
    return order_of(service) + every_order(service) + judge(service, seed=seed)


def data(service: Service, score: Score, seed: int = 1) -> dict[str, Any]:
    """The record as plain data, ready for JSON."""
    if len(service.source) > MOST:
        raise ValueError(
            f"The module has {len(service.source):,} characters; a record keeps {MOST:,}. Is it one cell?"
        )
    return {
        "level": score.level,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "seed": seed,
        "versions": versions(),
        "lines": [asdict(line) | {"passed": line.passed} for line in score.lines],
        "phases": [_phase(phase) for phase in score.phases],
        "module": service.source,
    }


def record(*functions: Callable, folder: str | Path = ".", seed: int = 1) -> Path:
    """Judge the module in which these functions stand, and write its record; the HTML file's path."""
    service = Service.of(*functions)
    found = data(service, scored(service, seed), seed)
    page = Path(folder) / f"{NAME}.html"
    page.with_suffix(".json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    page.write_text(html(found), encoding="utf-8")
    return page


def differences(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What another run of a record found otherwise: lines, and the timeline, to the last digit."""
    old, new = _by_name(before), _by_name(now)
    found = [
        f"{name}: {old.get(name)} in the record, {new.get(name)} now"
        for name in {**old, **new}
        if old.get(name) != new.get(name)
    ]
    if not found and before["phases"] != now["phases"]:
        found.append("the timeline differs")
    return found


def _by_name(found: dict[str, Any]) -> dict[str, float]:
    return {f"{line['incident']}: {line['what']}": line["value"] for line in found["lines"]}


def again(file: str | Path) -> tuple[dict[str, Any], list[str]]:
    """Run the module of a record again: what is found now, and what differs.

    A record holds code, and this runs it: only for records that you trust.
    """
    before = json.loads(Path(file).read_text(encoding="utf-8"))
    service = Service([("module of the record", before["module"])])
    now = data(service, scored(service, before["seed"]), before["seed"])
    return now, differences(before, json.loads(json.dumps(now)))


def versions() -> dict[str, str]:
    names = ("cachelab", "redis", "fakeredis")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


def _phase(phase: Phase) -> dict[str, Any]:
    row = phase._asdict() | {"seen": dict(phase.seen)}
    row["p50"], row["p99"] = _finite(phase.p50), _finite(phase.p99)
    row["seconds"] = [[reads, _finite(p99), queries] for reads, p99, queries in phase.seconds]
    return row


def _finite(seconds: float) -> float | None:
    """None for somebody who was never answered: JSON knows no infinity."""
    return seconds if math.isfinite(seconds) else None


# --- the page ---


def html(found: dict[str, Any]) -> str:
    """One page that needs nothing else."""
    rows = "".join(
        f"<tr><td>{'ok' if line['passed'] else '<b>FAILED</b>'}</td><td>{line['level']}</td>"
        f"<td>{escape(line['incident'])}</td><td>{escape(line['what'])}</td>"
        f"<td>{shown(line['what'], line['value'])}</td><td>{shown(line['what'], line['limit'])}</td>"
        f"<td>lesson {taught(line['teaches'])}</td></tr>"
        for line in found["lines"]
    )
    heads = "".join(
        f'<th scope="col">{name}</th>'
        for name in ("", "level", "incident", "what", "yours", "at most", "taught in")
    )
    about = ", ".join(f"{name} {number}" for name, number in found["versions"].items())
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Capstone: {found["level"] or "no level yet"}</title>
<meta name="viewport" content="width=device-width"><style>
:root {{ color-scheme: light dark }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 62em; margin: 2em auto; padding: 0 1em }}
table {{ border-collapse: collapse }} td, th {{ text-align: left; padding: .1em .8em .1em 0 }}
pre, div {{ overflow-x: auto }} svg {{ width: 100%; height: auto }} text {{ fill: currentColor }}
</style></head><body>
<h1>cachelab, capstone: {found["level"] or "no level yet"}</h1>
<p>Made {found["made"]}, seed {found["seed"]}, {escape(about)}. It was made locally and proves nothing to
strangers, but anyone can run it again and must find the same:
<code>cachelab day {NAME}.json</code>.</p>
<h2>Every line</h2><div tabindex="0"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>
<h2>Timeline</h2>{_timeline(found["phases"])}
<h2>The module</h2><pre tabindex="0">{escape(found["module"])}</pre>
</body></html>
"""


def _timeline(phases: list[dict[str, Any]]) -> str:
    """p99 and queries, second by second, of all incidents one after the other; and the same as a table."""
    seconds = [(phase["name"], *second) for phase in phases for second in phase["seconds"]]
    if not seconds:
        return "<p>No incident was judged.</p>"
    width, height = 900, 110
    step = width / len(seconds)
    pictures = ""
    most = max(1, *(row[3] for row in seconds))
    series = {
        f"p99, up to {DEADLINE:g} s": [
            min(1.0, (DEADLINE if r[2] is None else r[2]) / DEADLINE) for r in seconds
        ],
        f"queries a second, up to {most}": [row[3] / most for row in seconds],
    }
    for name, values in series.items():
        bars = "".join(
            f'<rect x="{n * step:.1f}" y="{height - value * height:.1f}" width="{step * 0.8:.1f}" '
            f'height="{max(0.5, value * height):.1f}" fill="currentColor" opacity=".6"/>'
            for n, value in enumerate(values)
        )
        pictures += (
            f'<figure style="margin:1em 0"><figcaption>{name}</figcaption>'
            f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{name}">{bars}</svg></figure>'
        )
    rows = "".join(
        f"<tr><td>{escape(phase['name'])}</td><td>{phase['reads']:,}</td><td>{phase['failed']:.1%}</td>"
        f"<td>{phase['slow']:.1%}</td><td>{phase['queries']:,}</td></tr>"
        for phase in phases
    )
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("", "reads", "failed", "slow", "queries"))
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    return f'{pictures}<div tabindex="0">{table}</div>'
