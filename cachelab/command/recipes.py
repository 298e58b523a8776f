"""Put the recipes into FOLDER: a cache-aside module, a breaker, and how to test functions of your own.

A file that is there already stays as it is.
"""

import argparse
import re
from pathlib import Path

from cachelab.command.trouble import Trouble

PACKAGE = Path(__file__).resolve().parents[1]
# `cachelab.checks.course.source` knows where, too, but needs the course.
BROUGHT = PACKAGE / "content/recipes"  # by the wheel
THEIRS = BROUGHT if BROUGHT.is_dir() else PACKAGE.parent / "recipes"
SUFFIXES = (".py", ".md")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path("recipes"), metavar="FOLDER", help="default: recipes"
    )


def run(given: argparse.Namespace) -> int:
    try:
        made = copied(given.folder)
    except OSError as error:
        raise Trouble(
            f"no recipes could be put into {given.folder}: {error}. Name another folder."
        ) from error
    print(f"{len(made)} new in {given.folder}/; {given.folder / 'README.md'} says what they promise")
    return 0


def copied(folder: Path) -> list[Path]:
    """Copy each recipe that `folder` lacks; the files that were written. Raises OSError."""
    made = []
    for theirs in sorted(THEIRS.rglob("*.*")):
        mine = folder / theirs.relative_to(THEIRS)
        if theirs.suffix in SUFFIXES and not mine.exists():
            mine.parent.mkdir(parents=True, exist_ok=True)
            mine.write_text(_alone(theirs.read_text(encoding="utf-8")), encoding="utf-8")
            made.append(mine)
    return made


def _alone(text: str) -> str:
    """Without links to what stands beside recipes/ in the course's repository."""
    return re.sub(r"\[([^\]]+)\]\(\.\./[^)]*\)", r"\1", text)
