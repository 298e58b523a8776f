"""Open the course in JupyterLab, with copies of your own in FOLDER.

FOLDER gets my-lessons/, my-exercises/ and recipes/. What you write there is never overwritten: a corrected
lesson is put beside yours. Options after -- go to JupyterLab, such as `cachelab lab -- --no-browser`.
"""

import argparse
import os
import sys
from pathlib import Path

from cachelab.command import recipes
from cachelab.command.trouble import Trouble, needs_the_course

FIRST = "my-lessons/00_start_here.ipynb"
OPENS = f"/doc/tree/{FIRST}"  # one document, with all of the window for it


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", nargs="?", type=Path, metavar="FOLDER", help="default: the course's own, or cachelab-course"
    )


def run(given: argparse.Namespace) -> int:
    needs_the_course("jupyterlab", "ipywidgets", "moto", "psycopg")
    from jupyterlab.labapp import LabApp

    folder = prepare(given.folder)
    settings = _settings()
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
        [str(settings), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    )
    options = [f"--LabApp.default_url={OPENS}", f"--LabApp.app_settings_dir={settings}"]
    if hasattr(os, "getuid") and os.getuid() == 0:
        options.append("--allow-root")
    os.chdir(folder)
    sys.argv = ["jupyter-lab", *options, *given.others]
    return LabApp.launch_instance(sys.argv[1:]) or 0


def prepare(folder: Path | None) -> Path:
    """The folder with the learner's copies, made where there were none. May raise Trouble."""
    from cachelab.checks.course import copies, source

    own = source.checkout()
    folder = (folder or own or Path("cachelab-course")).absolute()
    if folder.exists() and not folder.is_dir():
        raise Trouble(f"{folder} is a file. Name a folder, or one that is not there yet.")
    if folder != own:
        os.environ.setdefault("CACHELAB_EXERCISES", str(folder / copies.COPIES["exercises"]))
    try:
        made = copies.refresh()
        if folder != own:  # which has them
            recipes.copied(folder / "recipes")
    except OSError as error:  # a volume that only reads
        raise Trouble(f"no copies could be made: {error}. Name a folder that you may write to.") from error
    if made:
        where = " and ".join(sorted({f"{copy.parent.name}/" for copy in made}))
        print(f"{len(made)} new in {where} of {folder}")
    return folder


def _settings() -> Path:
    """JupyterLab's settings as the course wants them."""
    from cachelab.checks.course import source

    return source.home() / "binder"
