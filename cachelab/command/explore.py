"""Run functions of your own in every order, as lesson 05 does.

    cachelab explore shop.py:reader,writer
    cachelab explore shop.py:reader,reader,writer --fault expire --fault crash

A function takes (cache, db) and uses redis-py's calls and db.read(), db.write(). The verdict is printed; the
exit code is 1 if some order goes wrong, or if not all were tried.
"""

import argparse
import runpy
import sys
from collections.abc import Callable
from functools import cache
from inspect import isfunction
from pathlib import Path

from cachelab.command.trouble import Trouble

HERE = "cachelab-explore"  # the name under which FILE runs: no `if __name__ == "__main__"` in it does


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "target", metavar="FILE:NAME,NAME", help="a Python file, and who runs at the same time"
    )
    parser.add_argument("--fault", action="append", metavar="NAME", help="may be given more than once")
    parser.add_argument("--budget", type=int, default=1, help="how many faults in one order, at most")
    parser.add_argument(
        "--probe", metavar="NAME", help="the reader that is asked at the end, if it is not in the list"
    )
    parser.add_argument("--memcached", action="store_true", help="Memcached instead of Valkey")
    parser.add_argument("--seconds", type=float, default=10.0, help="of computing, then it stops and says so")


def run(given: argparse.Namespace) -> int:
    from cachelab import races

    file, names = _parts(given.target)
    clients, probe = functions(file, names), functions(file, [given.probe])[0] if given.probe else None
    faults = set(given.fault or ()) or None
    if unknown := (faults or set()) - set(races.FAULTS):
        raise Trouble(f"no fault {', '.join(sorted(unknown))}; there are {', '.join(races.FAULTS)}")
    try:
        report = races.explore(
            clients, faults, given.budget, probe, memcached=given.memcached, seconds=given.seconds
        )
    except (ValueError, TypeError, races.Refusal) as error:
        raise Trouble(str(error)) from error
    print(report)
    return 0 if report.ok and report.complete else 1


def _parts(target: str) -> tuple[str, list[str]]:
    file, _, names = target.rpartition(":")
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    if not file or not wanted:
        raise Trouble(f"{target!r} names no function: write FILE:reader,writer")
    if not Path(file).is_file():
        raise Trouble(f"there is no file {file!r}")
    return file, wanted


def functions(file: str, names: list[str]) -> list[Callable]:
    """The functions of a Python file that have these names. May raise Trouble."""
    found = _run(str(Path(file).absolute()))
    there = [name for name, value in found.items() if isfunction(value) and value.__module__ == HERE]
    for name in names:
        if not callable(found.get(name)):
            raise Trouble(f"{file} has no function {name!r}; it has {', '.join(there) or 'none'}")
    return [found[name] for name in names]


@cache
def _run(file: str) -> dict:
    sys.path.insert(0, str(Path(file).parent))  # its neighbours are found, as `python FILE` finds them
    try:
        return runpy.run_path(file, run_name=HERE)
    except Exception as error:
        raise Trouble(f"{file} could not be run: {type(error).__name__}: {error}") from error
