"""The `cachelab` command: opens the course, tries and resets it, and explores functions of your own.

    cachelab lab [FOLDER]      ready [LESSON …]      reset [FOLDER]
    cachelab explore FILE:reader,writer [--fault NAME]
    cachelab day FILE          recipes [FOLDER]
    cachelab class [LESSON …] [--host ADDRESS] [--agenda NAME]

One module a subcommand; each imports what it needs when it runs, so that `explore` asks for no JupyterLab.
"""

import argparse
import sys

from cachelab.command import classroom, day, explore, lab, ready, recipes, reset
from cachelab.command.trouble import Trouble

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Runs one subcommand; its exit code: 0 well, 1 something was found, 2 it could not be done, 130 it was
    stopped."""
    parser = argparse.ArgumentParser(
        "cachelab", description="In-memory caching on real engines: the course, and its race explorer."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in (lab, ready, reset, explore, day, recipes, classroom):
        name = getattr(module, "NAME", module.__name__.rpartition(".")[2])
        said = module.__doc__.partition("\n")[0].rstrip(".")
        command = commands.add_parser(name, help=said[0].lower() + said[1:], description=module.__doc__)
        module.arguments(command)
        command.set_defaults(run=module.run)
    arguments = sys.argv[1:] if arguments is None else arguments
    end = arguments.index("--") if "--" in arguments else len(arguments)
    given = parser.parse_args(arguments[:end], argparse.Namespace(others=arguments[end + 1 :]))
    try:
        return given.run(given)
    except KeyboardInterrupt:
        return 130  # as a shell says of who was stopped
    except Trouble as trouble:
        print(f"cachelab {given.command}: {trouble}", file=sys.stderr)
        return 2
