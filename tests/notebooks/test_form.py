"""What every notebook keeps to, so that a diff shows what changed and a learner is never met by a wall."""

import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

from cachelab import questions
from tools import tidy

PATHS = tidy.notebooks()
LESSONS = [path for path in PATHS if path.parent.name == "notebooks"]
WHOLE_MODULE = "answer-12"  # the capstone's: what a learner writes in an hour, in one cell
HEDGES = re.compile(r"\b(simply|just|obviously|of course|easy|easily|trivial(ly)?)\b", re.I)


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def is_folded(cell) -> bool:
    return "hide-input" in cell.metadata.get("tags", [])


@pytest.fixture(params=PATHS, ids=name)
def path(request):
    return request.param


@pytest.fixture
def nb(path):
    return nbformat.read(path, as_version=4)


def test_is_tidy(path, nb):
    text = path.read_text(encoding="utf-8")
    assert nbformat.writes(tidy.tidy(nb)) + "\n" == text, f"run: python -m tools.tidy {path.name}"


def test_claims_have_the_output_they_claim(nb):
    empty = [cell.id for cell in nb.cells if tidy.is_claim(cell) and not cell.outputs]
    assert not empty, "run: python -m tools.tidy --claims"


def test_folded_claim_does_not_give_the_number_away_that_is_to_be_guessed(nb):
    """JupyterLab shows the first line of an output that is folded."""
    for guess, claim in pairwise(cell for cell in nb.cells if cell.cell_type == "code"):
        asked = re.search(r"widgets\.ask\(\"(.+)\"\)", guess.source)
        if asked and not questions.find(asked[1]).choices and claim.outputs:
            first = claim.outputs[0]["text"].splitlines()[0]
            assert not re.search(r"\b\d[\d,]*( of|$)", first), (claim.id, first)


def test_tags_are_known_and_ids_are_names(nb):
    tags = {tag for cell in nb.cells for tag in cell.metadata.get("tags", [])}
    assert tags <= tidy.TAGS
    # An editor's random ids are eight hexadecimal digits: renaming them keeps diffs and links readable.
    assert not [cell.id for cell in nb.cells if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f-]+)?", cell.id)]


def test_code_cells_fit_a_glance(path, nb):
    limit = 25 if path.parent.name == "solutions" else 20
    code = [cell for cell in nb.cells if cell.cell_type == "code" and cell.id != WHOLE_MODULE]
    long = {cell.id: len(cell.source.splitlines()) for cell in code}
    assert not {key: lines for key, lines in long.items() if lines > limit}


def test_lines_of_code_fit_a_window_of_1024_pixels(nb):
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    assert not [f"{cell.id}: {line}" for cell in code for line in cell.source.splitlines() if len(line) > 105]


def test_links_inside_the_course_lead_somewhere(path, nb):
    text = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    links = [link.split("#")[0] for link in re.findall(r"\]\((?!https?:|mailto:|#)([^)\s]+)\)", text)]
    assert not [link for link in links if not (path.parent / link).exists()]


def test_names_are_the_same_in_all_three_folders():
    """Exercises may be there before their lesson; once it is, they have its name."""
    stems = {path.stem for path in LESSONS}
    numbers = {stem[:2] for stem in stems}
    assert {path.stem for path in PATHS if path.stem[:2] in numbers} <= stems


@pytest.mark.parametrize("path", LESSONS, ids=name)
def test_lesson_has_its_bones(path):
    nb = nbformat.read(path, as_version=4)
    prose = [cell.source for cell in nb.cells if cell.cell_type == "markdown"]
    assert re.search(r"\bminutes you will\b", prose[0])
    if not path.stem.startswith("00"):
        headings = re.findall(r"^#+ (.+)$", "\n".join(prose), re.M)
        for bone in ("Remember", "Next", "Sources"):
            assert any(heading.startswith(bone) for heading in headings), f"no section {bone!r}"


def test_exercises_end_with_what_was_done_and_lead_on():
    exercises = [path for path in PATHS if path.parent.name == "exercises"]
    for path, following in pairwise([*exercises, None]):
        cells = nbformat.read(path, as_version=4).cells
        [end] = [cell.source for cell in cells if cell.source.startswith("## What you have done")]
        assert [cell.source for cell in cells if "widgets.progress(" in cell.source], path.name
        assert following is None or f"Next: [lesson {following.name[:2]}](" in end, path.name


@pytest.mark.parametrize("path", LESSONS[1:], ids=name)
def test_the_minutes_of_a_lesson_are_those_of_its_sections(path):
    nb = nbformat.read(path, as_version=4)
    prose = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    stated = int(re.search(r"\bIn (\d+) minutes you will\b", prose)[1])
    sections = re.findall(r"^## (\d+\..+)$", prose, re.M)
    assert not [section for section in sections if not re.search(r" · \d+ minutes$", section)]
    counted = sum(map(int, re.findall(r"^##+ .+ · (\d+) minutes$", prose, re.M)))
    assert abs(counted - stated) <= 1, f"{stated} minutes stated, its sections have {counted}"


@pytest.mark.parametrize("path", LESSONS, ids=name)
def test_a_lesson_can_be_read_in_its_minutes(path):
    """What there is to read; sources aside, and what a folded cell holds."""
    nb = nbformat.read(path, as_version=4)
    prose = [cell.source for cell in nb.cells if cell.cell_type == "markdown" and cell.id != "sources"]
    open_ = [cell.source for cell in nb.cells if cell.cell_type == "code" and not is_folded(cell)]
    lines = [line for source in open_ for line in source.splitlines() if line.strip()]
    words = sum(len(source.split()) for source in prose)
    assert len(nb.cells) <= 70
    assert len(lines) <= 120
    assert words <= 2200


@pytest.mark.parametrize("path", LESSONS, ids=name)
def test_lines_of_a_lesson_fit_the_window_that_make_lab_opens(path):
    """On a laptop of 1024 pixels; beside a file browser there is room for 74 columns. Folded ones too:
    whoever opens a cell reads it in the same window."""
    code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert not [f"{cell.id}: {line}" for cell in code for line in cell.source.splitlines() if len(line) > 88]
    open_ = [line for cell in code if not is_folded(cell) for line in cell.source.splitlines()]
    assert not [line for line in open_ if len(line) > 74 and re.search(r"\S  +# [^\"]*$", line)]


@pytest.mark.parametrize("path", PATHS, ids=name)
def test_prose_does_not_belittle_the_difficulty(path):
    nb = nbformat.read(path, as_version=4)
    prose = [cell for cell in nb.cells if cell.cell_type == "markdown"]
    assert not [f"{cell.id}: {found[0]}" for cell in prose for found in HEDGES.finditer(cell.source)]


def test_no_renderer_takes_prose_for_mathematics(nb):
    """Two dollar signs in one cell swallow what stands between them: USD, or code."""
    prose = [cell for cell in nb.cells if cell.cell_type == "markdown"]
    bare = {cell.id: re.sub(r"```.*?```|`[^`]*`", "", cell.source, flags=re.S) for cell in prose}
    assert [id for id, text in bare.items() if text.count("$") > 1] == []


def test_code_in_a_sentence_fits_a_line(nb):
    """It goes to the next line whole, `--auth-token`, and beside a file browser there is room for so much."""
    prose = [
        re.sub(r"```.*?```", "", cell.source, flags=re.S) for cell in nb.cells if cell.cell_type == "markdown"
    ]
    assert not [code for text in prose for code in re.findall(r"`([^`\n]+)`", text) if len(code) > 54]


def test_a_folded_cell_says_in_its_first_line_what_it_does(nb):
    """JupyterLab shows that line of a folded cell, and nothing else."""
    folded = [cell for cell in nb.cells if is_folded(cell)]
    assert [cell.id for cell in folded if not re.match(r"# .{3,60}$", cell.source.splitlines()[0])] == []
