"""The learner's module: the cell or the file in which its functions stand, run anew whenever a judge begins.

A module has a state: a breaker, locks, loads under way. A judge that ran the functions it is given would find
what the one before it left there, so each one runs the source again.
"""

from __future__ import annotations

import ast
import builtins
import dis
import linecache
import types
from collections.abc import Callable, Iterator
from pathlib import Path

from cachelab.learner import lines

NAMES = ("connect", "get_product", "change_price", "order")


class Scattered(ValueError):
    """The module cannot be run by itself; the message says what is missing and the way out."""


class Unusable(ValueError):
    """The module runs, and does not do what it takes to be judged."""


class Service:
    """The source of a module, by part: `(file, source)` for each cell or file that belongs to it."""

    def __init__(self, parts: list[tuple[str, str]]):
        self.parts = parts
        self._code = [compile(source, file, "exec", dont_inherit=True) for file, source in parts]

    @classmethod
    def of(cls, *functions: Callable) -> Service:
        """The module in which these functions stand. Raises Scattered if it cannot be run by itself."""
        parts: dict[str, str] = {}
        for function in functions:
            file = function.__code__.co_filename
            source = "".join(linecache.getlines(file))
            if not source:
                raise Scattered(
                    f"The source of `{function.__name__}` is not to be had: define it in a cell or in a file."
                )
            parts[file] = source
        service = cls(list(parts.items()))
        service._is_whole(functions)
        return service

    @classmethod
    def read(cls, file: str | Path) -> Service:
        """The module in a file."""
        lines.to_read(str(file))
        return cls([(str(file), Path(file).read_text(encoding="utf-8"))])

    @property
    def source(self) -> str:
        return "\n\n".join(source.strip("\n") for _, source in self.parts) + "\n"

    def fresh(self) -> types.ModuleType:
        """The module, run anew."""
        module = types.ModuleType("product_service")
        for code in self._code:
            exec(code, vars(module))
        return module

    def is_seed(self) -> bool:
        """Whether it still is what the capstone begins with: code for code, whatever the comments say."""
        return bare(self.source) == bare(SEED.read_text(encoding="utf-8"))

    def _is_whole(self, functions: tuple[Callable, ...]) -> None:
        try:
            module = self.fresh()
        except NameError as error:
            raise Scattered(f"{error}, when your cell is run by itself. {_ONE_CELL}") from error
        for function in functions:
            if not hasattr(module, function.__name__):
                raise Scattered(f"`{function.__name__}` is not what its cell calls it. {_ONE_CELL}")
        for function in [thing for thing in vars(module).values() if isinstance(thing, types.FunctionType)]:
            for name in _globals(function.__code__):
                known = hasattr(module, name) or hasattr(builtins, name)
                if not known and any(name in given.__globals__ for given in functions):
                    raise Scattered(
                        f"`{name}`, which `{function.__name__}` uses, stands elsewhere. {_ONE_CELL}"
                    )


SEED = Path(__file__).with_name("seed.py")


def bare(source: str) -> list[str]:
    """Each statement of a module, without texts that stand for themselves; `order` is not looked at."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [row for row in body if not _is_text(row)]
    return [ast.dump(row) for row in tree.body if getattr(row, "name", "") != "order"]


def _is_text(row: ast.stmt) -> bool:
    return isinstance(row, ast.Expr) and isinstance(row.value, ast.Constant)


_ONE_CELL = (
    "The module is one cell: the judges run it anew, to begin each time with a breaker that is closed and "
    "locks that are free. So it imports what it needs, and holds all that its functions share."
)


def _globals(code: types.CodeType) -> Iterator[str]:
    """Names that a function looks up outside of itself."""
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield step.argval
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _globals(constant)
