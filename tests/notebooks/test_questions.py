"""A question keeps its answer: nothing on the page says it before its question is done."""

import ast
import re
from functools import cache
from io import StringIO
from pathlib import Path
from tokenize import COMMENT, generate_tokens

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from cachelab import questions

LESSONS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=LESSONS, ids=lambda path: path.stem)
def cells(request):
    return nbformat.read(request.param, as_version=4).cells


def tree(cell) -> ast.AST:
    return parsed(cell.source)


@cache
def parsed(source: str) -> ast.AST:
    return ast.parse(code(source))


@cache
def code(source: str) -> str:
    return TransformerManager().transform_cell(source)  # a line may be a shell command


def calls(cell, name: str) -> list[ast.Call]:
    """The calls of widgets.NAME in a code cell."""
    if cell.cell_type != "code":
        return []
    found = [node for node in ast.walk(tree(cell)) if isinstance(node, ast.Call)]
    return [call for call in found if ast.unparse(call.func) == f"widgets.{name}"]


def ids(cells, name: str) -> list[tuple[int, str]]:
    """(index of the cell, id of the question) of each call."""
    return [(i, call.args[0].value) for i, cell in enumerate(cells) for call in calls(cell, name)]


def test_a_question_is_asked_before_a_run_answers_it_once(cells):
    asked, answered = (dict(map(reversed, ids(cells, name))) for name in ("ask", "answer"))
    runs = {id for id in asked if not questions.find(id).is_recall}
    assert runs == set(answered)
    assert [id for id in runs if answered[id] <= asked[id]] == []
    assert len(ids(cells, "ask")) == len(asked) and len(ids(cells, "answer")) == len(answered)


def test_the_run_computes_the_answer(cells):
    """A literal, or a name that a line above gives a literal to, would be read before the run."""
    for cell in cells:
        for call in calls(cell, "answer"):
            given = call.args[1]
            if isinstance(given, ast.Name):
                given = values(cell, given.id) or given
            assert not is_literal(given), f"{cell.id}: {ast.unparse(call)}"


def test_no_option_stands_open_between_a_question_and_its_answer(cells):
    """Who reads `"1,000" if counted == 1000 else "about 333"` below the card guesses no more, and an option
    that a line names is half told or ruled out: fold such a line, or give the option words of its own."""
    answered = dict(map(reversed, ids(cells, "answer")))
    named = []
    for asked, id in ids(cells, "ask"):
        open_ = [cell for cell in cells[asked : answered.get(id, asked) + 1] if not is_folded(cell)]
        texts = [text for cell in open_ if cell.cell_type == "code" for text in written(cell)]
        options = questions.find(id).choices
        named += [(id, option) for option in options for text in texts if f" {words(option)} " in text]
    assert not named


def is_folded(cell) -> bool:
    return "hide-input" in cell.metadata.get("tags", [])


def written(cell) -> list[str]:
    """The words of each text and each comment in a code cell; those of a line for the shell, too."""
    texts = [node.value for node in ast.walk(tree(cell)) if isinstance(node, ast.Constant)]
    tokens = generate_tokens(StringIO(code(cell.source)).readline)
    comments = [token.string for token in tokens if token.type == COMMENT]
    return [f" {words(text)} " for text in [*texts, *comments] if isinstance(text, str)]


def words(text: str) -> str:
    """Words and numbers, whatever stands between them: "0.2 s", "cart: 1, 2"."""
    return " ".join(re.findall(r"\w+(?:[.,']\w+)*", text.casefold()))


def values(cell, name: str) -> ast.expr | None:
    """What a name is given in this cell, if that is only one thing."""
    assigned = [
        node.value
        for node in ast.walk(tree(cell))
        if isinstance(node, ast.Assign) and name in map(ast.unparse, node.targets)
    ]
    return assigned[0] if len(assigned) == 1 else None


def is_literal(expression: ast.expr) -> bool:
    return not any(isinstance(node, ast.Name | ast.Attribute) for node in ast.walk(expression))


def test_nothing_of_what_a_card_says_afterwards_stands_on_the_page(cells):
    page = " ".join("\n".join(cell.source for cell in cells).split())
    for _, id in ids(cells, "ask"):
        question = questions.find(id)
        said = (question.because, question.low, question.high, *question.choices.values())
        assert not [words for words in filter(None, said) if words in page], id


def test_why_is_closed_until_then(cells):
    """A reader who sees the question does not see it too: it is folded, all of it."""
    prose = [cell for cell in cells if cell.cell_type == "markdown"]
    assert [cell.id for cell in prose if cell.source.startswith("**Why")] == []
    for cell in prose:
        if "<details" in cell.source:
            assert re.match(r"<details><summary>(<b>)?Why\b.*</summary>\n\n", cell.source), cell.id
            assert cell.source.endswith("\n\n</details>"), f"{cell.id}: the end is not folded too"


def test_lessons_ask_through_their_entries(cells):
    sources = [(cell.id, cell.source) for cell in cells if cell.cell_type == "code"]
    assert [id for id, source in sources if re.search(r"widgets\.predict\(|\.reveal\(", source)] == []
