"""Runs a notebook in JupyterLab in a headless browser and saves what it looks like.

python -m tools.look notebooks/01_why_cache.ipynb --out 01.png --theme dark --width 1024
"""

import argparse
import sys

from .lab import THEMES, Lab


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebook")
    parser.add_argument("--out", default="look.png", help="several pages are called NAME-1.png, NAME-2.png")
    parser.add_argument("--theme", choices=THEMES, default="light")
    parser.add_argument("--width", type=int, default=1280, help="of the browser window, pixels")
    parser.add_argument("--cell", help="the id of one cell to show instead of the whole notebook")
    parser.add_argument("--timeout", type=float, default=120, help="seconds for Run All")
    parser.add_argument("--no-run", action="store_true", help="show the notebook as saved")
    options = parser.parse_args()
    with Lab() as lab, lab.open(options.notebook, theme=options.theme, width=options.width) as page:
        late = None
        try:
            if not options.no_run:
                page.run_all(options.timeout)
        except TimeoutError as error:
            late = str(error)
        for path in page.screenshots(options.out, cell=options.cell):
            print(path)
        problems = {
            "timeout": [late] if late else [],
            "cell error": page.errors(),
            "console error": page.console,
            "external request": page.external,
        }
    for kind, lines in problems.items():
        for line in lines:
            print(f"{kind}: {line}", file=sys.stderr)
    return any(problems.values())


if __name__ == "__main__":
    sys.exit(main())
