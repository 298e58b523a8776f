"""`make bench`: run every benchmark, or those named, and print one table.

python -m benchmarks            all
python -m benchmarks engines    one
"""

import importlib
import pkgutil
import sys

import benchmarks


def main(names: list[str]) -> int:
    missed = 0
    print(f"{'measured':54} {'ratio':>8} {'goal':>7}  {'':7} raw figures")
    for name in names or sorted(module.name for module in pkgutil.iter_modules(benchmarks.__path__)):
        if name.startswith("_"):
            continue
        for row in importlib.import_module(f"benchmarks.{name}").rows():
            goal = "-" if row.goal is None else f"≤ {row.goal:g}"
            print(f"{row.name:54} {row.ratio:8.2f} {goal:>7}  {row.verdict:7} {row.detail}", flush=True)
            missed += row.verdict == "MISSED"
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
