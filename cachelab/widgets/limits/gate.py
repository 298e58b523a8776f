"""The same requests at seven limiters: whom each lets in, and the most of them in any minute."""

from cachelab.workload.limiters import DEMANDS, LIMITERS, Bucket, decisions, demand, most_in_a_window

from ..chart.bench import Bench, Choice, Slider
from ..chart.figure import Figure

__all__ = ["who_gets_in"]

WINDOW = 60.0  # seconds
SECONDS = 240.0
ALL, MARK = "all requests", 0.8  # their lane, and how many seconds wide a request is drawn


def who_gets_in() -> Bench:
    """Sliders for the limit, the bucket's tokens, and what comes."""
    controls = [
        Choice("shape", list(DEMANDS), value="at random", label="requests come"),
        Slider("load", stops=[0.5, 0.9, 1, 1.5, 2, 4], value=1.5, label="times the limit"),
        Slider("limit", stops=[2, 5, 10, 20], value=10, label="limit a minute"),
        Slider("burst", stops=[1, 2, 5, 10, 20], value=10, label="tokens of the bucket"),
    ]
    picture = Figure("Who gets in", x="seconds", x_range=(0, SECONDS), rows=[ALL, *LIMITERS], height=270)
    picture.spans("let in")
    most = Figure("The most let in within any minute", y="requests", rows=list(LIMITERS), height=200)
    most.bars("in a minute").threshold("the limit")
    return Bench(_model, controls, picture, label="who gets in", below=most, challenges="10.limits")


def _model(shape: str, load: float, limit: int, burst: int):
    times = demand(shape, load * limit / WINDOW, SECONDS, WINDOW)
    seen = {name: decisions(_made(name, limit, burst), times) for name in LIMITERS}
    most = {name: most_in_a_window(times, let_in, WINDOW) for name, let_in in seen.items()}
    let_in = {name: sum(row) for name, row in seen.items()}
    lanes = {ALL: [True] * len(times)} | seen
    spans = [
        (lane, at, at + MARK)
        for lane, row in lanes.items()
        for at, enters in zip(times.tolist(), row, strict=True)
        if enters
    ]
    drawn = {"let in": spans, "in a minute": (list(most), list(most.values())), "the limit": limit}
    found = {"came": len(times), "most": most, "let in": let_in}
    return drawn, _words(len(times), limit, most, let_in), found


def _made(name: str, limit: int, burst: int):
    more = {"burst": burst} if LIMITERS[name] is Bucket else {}
    return LIMITERS[name](limit, WINDOW, **more)


def _words(came: int, limit: int, most: dict[str, int], let_in: dict[str, int]) -> str:
    high = max(most.values())
    top = [f"“{name}”" for name, count in most.items() if count == high]
    low = min(let_in, key=let_in.get)
    return (
        f"{came} requests in four minutes. In the worst minute {_listed(top)} let in {high}, "
        f"for a limit of {limit}. “{low}” let in the fewest: {let_in[low]} of {came}."
    )


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
