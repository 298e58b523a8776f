"""What a subcommand says when it cannot be done."""

import importlib.util


class Trouble(Exception):
    """Said in one line on the error stream; the command ends with 2."""


def needs_the_course(*packages: str) -> None:
    """Raises Trouble, with the line that helps, if one of these is not installed."""
    if missing := [name for name in packages if not _there(name)]:
        raise Trouble(
            f"needs {', '.join(missing)}, which come with the course. Install it whole: "
            "pip install 'cachelab[course]'"
        )


def _there(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:
        return False
