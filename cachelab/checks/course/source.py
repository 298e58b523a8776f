"""Reads the solutions notebooks: the one source of the exercises, of their reference answers and of this
course's `solution()`.

A solution cell carries the tag `solution`; its id ends in the exercise's number (`answer-04-1` answers
04.1; an answer may have several cells; `answer-12` answers every exercise of lesson 12). What stands between
`# BEGIN SOLUTION` and `# END SOLUTION` is the answer. Lines there that begin with `#|` are what the learner
starts from instead; without any, that is one line that raises NotImplementedError.
"""

import json
import re
from pathlib import Path

BEGIN, END, START = "# BEGIN SOLUTION", "# END SOLUTION", "#| "


class NotHere(LookupError):
    """The course's notebooks are not beside the installed package."""


class Malformed(ValueError):
    """A solution cell breaks the rules above."""


def checkout() -> Path | None:
    """The folder of the course's repository, if the package lies in one."""
    root = Path(__file__).resolve().parents[3]
    return root if (root / "solutions").is_dir() else None


def home() -> Path:
    """Where the course's folders are: the repository, or the wheel, which brings them along."""
    return checkout() or Path(__file__).resolve().parents[2] / "content"


def course(folder: str) -> Path:
    """One of the course's folders: of the repository that the package lies in, else of one that this kernel
    runs in (Binder and hubs install the package and bring a clone), else the wheel's. May raise NotHere."""
    near = (Path.cwd(), *Path.cwd().parents)
    for root in (home(), *near) if checkout() else (*near, home()):
        if (root / "solutions").is_dir() and (root / folder).is_dir():
            return root / folder
    raise NotHere(f"The course's folder {folder}/ is not near {Path.cwd()}.")


def notebook(lesson: str) -> Path:
    """The solutions notebook of a lesson, such as "04"."""
    for path in sorted(course("solutions").glob(f"{lesson}_*.ipynb")):
        return path
    raise NotHere(f"There is no solutions notebook for lesson {lesson}.")


def title(lesson: str) -> str:
    """What the exercises of a lesson, such as "04", are about, as their heading says: "Cache-aside"."""
    first = json.loads(notebook(lesson).read_text(encoding="utf-8"))["cells"][0]["source"]
    said = "".join(first).splitlines()[0].partition("·")[2].strip().removeprefix("Exercises: ")
    return said[:1].upper() + said[1:]


def solution(id: str) -> str:
    """The reference answer to an exercise, as source."""
    ending, lesson = "-" + id.replace(".", "-"), f"answer-{id.partition('.')[0]}"
    path = notebook(id.partition(".")[0])
    found = [
        answer("".join(cell["source"]))
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"
        and "solution" in cell["metadata"].get("tags", [])
        and (cell["id"].endswith(ending) or cell["id"] == lesson)
    ]
    if not found:
        raise NotHere(f"No solution cell of {path.name} has an id that ends in {ending!r}.")
    return "\n\n\n".join(found)


def one_answer_for_all(lesson: str) -> bool:
    """Whether one cell answers every exercise of a lesson, such as "12"; False where no notebook is near."""
    try:
        cells = json.loads(notebook(lesson).read_text(encoding="utf-8"))["cells"]
    except NotHere:
        return False
    return any(cell["id"] == f"answer-{lesson}" for cell in cells)


def answer(source: str) -> str:
    """A solution cell as a learner would have written it: without the markers and the starting lines."""
    before, inside, after = _parts(source)
    return "\n".join(
        [*before, *(line for line in inside if not line.lstrip().startswith(START.strip())), *after]
    )


def stub(source: str) -> str:
    """A solution cell as a learner finds it."""
    before, inside, after = _parts(source)
    marked = [line for line in inside if line.lstrip().startswith(START.strip())]
    start = [re.sub(r"#\| ?", "", line, count=1).rstrip() for line in marked]
    indent = re.match(r"\s*", inside[0])[0]
    return "\n".join(
        [*before, *(start or [f'{indent}raise NotImplementedError("your code goes here")']), *after]
    )


def _parts(source: str) -> tuple[list[str], list[str], list[str]]:
    lines = source.splitlines()
    marks = [i for i, line in enumerate(lines) if line.strip() in (BEGIN, END)]
    if [lines[i].strip() for i in marks] != [BEGIN, END] or marks[1] - marks[0] < 2:
        raise Malformed(
            f"a solution cell needs {BEGIN} and {END}, once each, with the answer between:\n{source}"
        )
    first, last = marks
    return lines[:first], lines[first + 1 : last], lines[last + 1 :]
