"""The mutator changes what it should, and its list of equivalents is not stale. `make bench` runs them."""

import ast

import pytest

from cachelab.checks import exercise_ids
from cachelab.checks.course.source import answer
from tools import mutation


def changes(source: str) -> list[str]:
    tree = ast.parse(source)
    return [
        mutation.difference(tree, new) for node in ast.walk(tree) for new in mutation.mutations(tree, node)
    ]


@pytest.mark.parametrize(
    "source, change",
    [
        ("x = a < b", "x = a < b -> x = a <= b"),
        ("x = a is None", "x = a is None -> x = a is not None"),
        ("x = a and b", "x = a and b -> x = a or b"),
        ("x = a and b", "x = a and b -> x = b"),
        ("x = not a", "x = not a -> x = a"),
        ("x = a + 1", "x = a + 1 -> x = a - 1"),
        ("x = a + 1", "x = a + 1 -> x = a + 2"),
        ("x = f'user:{a}'", "x = f'user:{a}' -> x = f'user:'"),
        ("x = 'text'", "x = 'text' -> x = 'Xtext'"),
        ("f(a, ex=3)", "f(a, ex=3) -> f(a)"),
        ("x = a if b else c", "x = a if b else c -> x = c if b else a"),
        ("if a:\n    f()", "if a: -> if not a:"),
        ("f()\ng()", "g() -> "),
        ("try:\n    f()\nexcept E:\n    g()", "g() -> raise"),
        ("try:\n    f()\nexcept (E, F):\n    g()", "except (E, F): -> except (F,):"),
        ("def f():\n    return 1", "return 1 -> return None"),
    ],
)
def test_each_kind_of_change_is_made(source, change):
    assert change in changes(source)


def test_a_change_leaves_the_original_alone():
    tree = ast.parse("x = a < b\ny = 1")
    before = ast.dump(tree)
    assert len([new for node in ast.walk(tree) for new in mutation.mutations(tree, node)]) > 3
    assert ast.dump(tree) == before


@pytest.mark.parametrize("id", [id for id in exercise_ids() if not id.startswith("12")])
def test_every_solution_has_mutants_and_only_its_answer_is_changed(id):
    found = list(mutation.mutants(id))
    assert len(found) >= 2 and len({m.source for m in found}) >= 2
    given = "\n".join(answer(cell.source) for cell in mutation.solution_cells(id))
    for mutant in found:
        assert ast.unparse(ast.parse(given)) != ast.unparse(ast.parse(mutant.source))


@pytest.mark.parametrize("id", mutation.EQUIVALENT)
def test_every_excuse_belongs_to_a_mutant(id):
    changed = [mutant.change for mutant in mutation.mutants(id)]
    for part in mutation.EQUIVALENT[id]:
        assert sum(part in change for change in changed) == 1, part


def test_the_unchanged_solution_passes_and_a_mutant_does_not():
    [first, *_] = mutation.mutants("01.1")
    unchanged = "\n\n".join(answer(cell.source) for cell in mutation.solution_cells("01.1"))
    assert mutation.passes(mutation.Mutant("01.1", "", unchanged))
    assert not mutation.passes(first)
