"""Which lines of a module run while it is judged: to replace a passage that never runs changes nothing."""

from __future__ import annotations

import ast

LINES: set[int] = set()  # that have run, since somebody cleared it


def noting(source: str) -> str:
    """The same module, which notes the lines of each statement in LINES before it runs."""
    return ast.unparse(ast.fix_missing_locations(_Noting().visit(ast.parse(source))))


def lines_of(source: str, passage: str) -> set[int]:
    """The lines on which a passage stands that is there once."""
    assert source.count(passage) == 1, passage
    at = source.index(passage)
    first = source.count("\n", 0, at) + 1
    return set(range(first, first + passage.rstrip("\n").count("\n") + 1))


def unnoted(source: str) -> set[int]:
    """Lines that are no statement's own, such as `except …:`; nobody knows whether they run."""
    known = set().union(*(_own(node) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.stmt)))
    return set(range(1, source.count("\n") + 2)) - known


class _Noting(ast.NodeTransformer):
    def visit(self, node: ast.AST) -> ast.AST:
        for part in ("body", "orelse", "finalbody"):
            if isinstance(rows := getattr(node, part, None), list):
                setattr(node, part, [new for row in rows for new in (_note(row), row)])
        return self.generic_visit(node)


def _note(row: ast.stmt) -> ast.stmt:
    lines = ", ".join(map(str, sorted(_own(row))))
    return ast.parse(f"__import__({__name__!r}, fromlist=['LINES']).LINES.update(({lines},))").body[0]


def _own(row: ast.stmt) -> set[int]:
    """A statement's lines, of one with a body those before it."""
    body = getattr(row, "body", None)
    return set(range(row.lineno, max(body[0].lineno, row.lineno + 1) if body else row.end_lineno + 1))
