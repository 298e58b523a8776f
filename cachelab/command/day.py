"""Judge a product service of your own by the capstone's day, or run a record of it again.

    cachelab day product_service.py      the day in virtual time, and every order of its calls
    cachelab day capstone-record.json    the module that the record holds: only for records that you trust

The module is what lesson 12 asks for: connect, get_product and change_price. What it orders is judged in a
record alone. The exit code is 1 if a line failed, or if the record came out otherwise.
"""

import argparse
from pathlib import Path

from cachelab.command.trouble import Trouble, needs_the_course
from cachelab.learner.words import counted


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("file", type=Path, metavar="FILE", help="a module (.py) or a record (.json)")
    parser.add_argument("--seed", type=int, default=1, help="of the day's chances; same seed, same day")


def run(given: argparse.Namespace) -> int:
    needs_the_course("boto3", "moto", "psutil")
    if not given.file.is_file():
        raise Trouble(f"there is no file {str(given.file)!r}")
    return _again(given.file) if given.file.suffix == ".json" else _judged(given.file, given.seed)


def _judged(file: Path, seed: int) -> int:
    from cachelab import day, races, virtual

    try:
        service = day.Service.read(file)
        module = service.fresh()
    except Exception as error:
        raise Trouble(f"{file} could not be run: {type(error).__name__}: {error}") from error
    if missing := [name for name in ("connect", "get_product", "change_price") if not hasattr(module, name)]:
        raise Trouble(f"{file} has no {', '.join(missing)}; the day calls connect, get_product, change_price")
    try:
        score = day.judge(service, seed=seed) + day.every_order(service)
    except (virtual.VirtualTimeError, races.Refusal, day.Unusable) as error:
        raise Trouble(str(error)) from error
    print(score)
    if score.level == "gold":
        print("The order is not judged here; gold takes that, too: exercise 12.4, or a record.")
    return 0 if all(line.passed for line in score.lines) else 1


def _again(file: Path) -> int:
    from cachelab.day.record import again

    try:
        now, differs = again(file)
    except (ValueError, KeyError, TypeError) as error:
        raise Trouble(f"{file} is no record of the capstone ({type(error).__name__}: {error})") from error
    many = f"{counted(now['lines'], 'line')}, {counted(now['phases'], 'phase')}"
    print(f"level: {now['level'] or 'none'}; {many}")
    print("\n".join(differs) if differs else "the same, to the last digit")
    return int(bool(differs))
