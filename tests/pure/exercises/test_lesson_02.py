"""What the notebook of exercise 02 tells is what its checks judge."""

import pytest

from cachelab.checks import exercise
from cachelab.checks.course import source
from cachelab.exercises.lesson_02.statements import FALSE, STATEMENTS
from cachelab.exercises.lesson_02.systems import SYSTEMS
from cachelab.workload.compare import choice, duel


@pytest.fixture(scope="module")
def prose():
    import nbformat

    cells = nbformat.read(source.notebook("02"), as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


@pytest.mark.parametrize("letter", STATEMENTS)
def test_statements_stand_in_the_notebook_word_for_word(prose, letter):
    assert f"**{letter}.** {STATEMENTS[letter][0]}\n" in prose + "\n"
    assert STATEMENTS[letter][3] in duel.USUAL


def test_three_are_false():
    assert FALSE == {"B", "D", "E"}


@pytest.mark.parametrize("name", SYSTEMS)
def test_systems_stand_in_the_notebook_and_are_the_choosers(prose, name):
    told, answers, also = SYSTEMS[name]
    assert f"**{name}**: {told}\n" in prose + "\n"
    assert choice.recommend(**answers).rows and also <= duel.USUAL.keys()


def test_the_rows_to_choose_from_are_listed(prose):
    assert f"The rows are: {', '.join(duel.USUAL)}." in prose


def test_nodes_named_otherwise_each_time():
    """The check of 02.3 draws its nodes and keys anew; a right answer passes all of them."""
    import hashlib

    def node_for(key, nodes):
        return min(nodes, key=lambda node: hashlib.sha256(f"{key}{node}".encode()).digest())

    for _ in range(3):
        assert exercise("02.3").check(node_for)
