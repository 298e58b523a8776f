"""Leave this machine as if nobody had taken the course in FOLDER.

What a learner made is put aside, not deleted. Who is in a class stays in it, as the same learner.
"""

import argparse
import os
import shutil
from datetime import datetime
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="as for `cachelab lab`")


def run(given: argparse.Namespace) -> int:
    from cachelab.checks.course import classroom, copies, progress, source
    from cachelab.engines.folders import cache_folder

    own = source.checkout()
    folder = (given.folder or own or Path("cachelab-course")).absolute()
    if folder != own:
        os.environ.setdefault("CACHELAB_EXERCISES", str(folder / copies.COPIES["exercises"]))
    aside = folder / "my-exercises-before" / datetime.now().strftime("%Y-%m-%d-%H%M%S")
    in_class = classroom.begin_anew()
    of_class = () if in_class else (classroom.file(),)
    for made in (*map(copies.folder, copies.COPIES), progress.path(), *of_class):
        if made.exists():
            aside.mkdir(parents=True, exist_ok=True)
            shutil.move(made, aside / made.name)
            print(f"{made.name} is now in {aside.relative_to(folder)}; it came from {made.parent}")
    for built in cache_folder().glob("*shop-*"):  # and drafts, of who was killed while it was built
        shutil.rmtree(built) if built.is_dir() else built.unlink()
    if in_class:
        print(in_class)
    print("The shop's database will be built again by the next lesson that needs it.")
    print("Servers end with their kernels: in JupyterLab, Kernel → Shut Down All Kernels.")
    print("The next start of the course makes new copies of lessons and exercises.")
    return 0
