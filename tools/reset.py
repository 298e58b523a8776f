"""`make reset`: this machine as if nobody had taken the course here.

What a learner made is put aside, not deleted.
"""

import shutil
import sys
from datetime import datetime
from pathlib import Path

from cachelab.checks.course import copies, progress
from cachelab.engines.folders import cache_folder

ROOT = Path(__file__).parents[1]


def main() -> int:
    aside = ROOT / "my-exercises-before" / datetime.now().strftime("%Y-%m-%d-%H%M%S")
    for made in (*map(copies.folder, copies.COPIES), progress.path()):
        if made.exists():
            aside.mkdir(parents=True, exist_ok=True)
            shutil.move(made, aside / made.name)
            print(f"{made.name} is now in {aside.relative_to(ROOT)}")
    for built in cache_folder().glob("shop-*"):
        shutil.rmtree(built) if built.is_dir() else built.unlink()
    print("The shop's database will be built again by the next lesson that needs it.")
    print("Servers end with their kernels: in JupyterLab, Kernel → Shut Down All Kernels.")
    print("The next `make lab` makes new copies of lessons and exercises.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
