"""`make pictures`: the README's pictures, taken of the real thing in a real browser."""

import sys
from pathlib import Path

from tools.lab import Lab

ROOT = Path(__file__).parents[1]

PICTURES = {  # file: the notebook, and the cell whose output is shown
    "latency-ladder": ("01_why_cache", "ladder-see"),
    "race": ("05_invalidation_races", "enough-race"),
    "failover": ("03_provision_with_boto3", "failover-see"),
}


def main() -> int:
    with Lab() as lab:
        for name, (stem, cell) in PICTURES.items():
            out = ROOT / "site" / "pictures" / f"{name}.png"
            with lab.open(ROOT / "notebooks" / f"{stem}.ipynb", width=1100) as page:
                page.run_all()
                if page.errors():
                    raise SystemExit(f"{stem}: {page.errors()}")
                page.output(cell).screenshot(path=out)
            print(out.relative_to(ROOT), out.stat().st_size // 1000, "kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
