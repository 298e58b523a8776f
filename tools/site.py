"""`make site`: run the lessons and write them as static pages into _site/.

A page asks nobody for anything: styles are inside it, and widgets bring their own picture
(Base.static_html). Beside them are races.html, which runs what its visitor writes (races_page.py), and
search.html (search_page.py). What `make lite` has put there stays.
"""

import argparse
import os
import re
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from html import escape
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from nbconvert.preprocessors import CoalesceStreamsPreprocessor, TagRemovePreprocessor
from pygments.formatters import HtmlFormatter
from traitlets.config import Config

from cachelab.jupyter import client
from tools import live, races_page, search_page

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "site" / "page.html").read_text(encoding="utf-8")
STYLE = (ROOT / "site" / "style.css").read_text(encoding="utf-8")
EXPLORER = "The race explorer runs [in your browser](../races.html), too, on functions that you write there."
WIDGET = "application/vnd.jupyter.widget-view+json"  # needs a kernel; the text/html beside it does not


def executed(path: Path, ran: Path | None = None) -> nbformat.NotebookNode:
    """The notebook, run from top to bottom where it lives, by somebody who has solved nothing yet; or as it
    stands in the folder `ran`, if it is there."""
    if ran and (ran / path.parent.name / path.name).exists():
        return nbformat.read(ran / path.parent.name / path.name, as_version=4)
    nb = nbformat.read(path, as_version=4)
    running = client(nb, path.parent)
    with tempfile.TemporaryDirectory() as folder:
        own = {"CACHELAB_PROGRESS": f"{folder}/progress.json", "CACHELAB_EXERCISES": f"{folder}/exercises"}
        running.execute(env=os.environ | own)
    return nb


def body(nb: nbformat.NotebookNode) -> str:
    """The cells as HTML, without the cells' numbers, what is folded away, and what was written over."""
    for cell in nb.cells:
        for output in cell.get("outputs", ()):
            if output.get("data", {}).keys() >= {WIDGET, "text/html"}:
                del output["data"][WIDGET]
    config = Config()
    config.TagRemovePreprocessor.remove_input_tags = {"hide-input"}
    config.HTMLExporter.exclude_input_prompt = config.HTMLExporter.exclude_output_prompt = True
    config.HTMLExporter.preprocessors = [TagRemovePreprocessor, CoalesceStreamsPreprocessor]
    html, _ = HTMLExporter(template_name="basic", config=config).from_notebook_node(nb)
    # Links in the page, and those a widget makes of what it is given: "[lesson 04](04_cache_aside.ipynb)".
    return re.sub(r'((?:href="|\]\()[^":)]*)\.ipynb', r"\1.html", html)


def title(nb: nbformat.NotebookNode) -> str:
    return re.match(r"#+ *(.+)", nb.cells[0].source)[1]


def contents(nb: nbformat.NotebookNode) -> str:
    """The page's sections, as links."""
    named = [section for section in search_page.sections(nb) if section.heading]
    return "\n".join(f'<li><a href="{one.anchor}">{escape(one.heading)}</a></li>' for one in named)


def lead_to_the_explorer(nb: nbformat.NotebookNode) -> None:
    """A link to races.html where the lesson first speaks of the explorer, or first calls it."""
    speak = [cell for cell in nb.cells if "races.explore(" in cell.source]
    if speak:
        first = next((cell for cell in speak if cell.cell_type == "markdown"), speak[0])
        nb.cells.insert(nb.cells.index(first) + 1, nbformat.v4.new_markdown_cell(EXPLORER))


def page(nb: nbformat.NotebookNode, lessons: str, around: str = "") -> str:
    """One page: `lessons` is the list of all, `around` leads to the ones before and after."""
    code = HtmlFormatter(style="default").get_style_defs(".highlight")
    dark = HtmlFormatter(style="github-dark").get_style_defs(".highlight")
    style = f"{STYLE}\n{code}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}"
    parts = {"TITLE": escape(title(nb)), "STYLE": style, "LESSONS": lessons, "CONTENTS": contents(nb)}
    parts |= {"AROUND": around, "BODY": body(nb)}
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], PAGE)


def link(path: Path, notebooks: dict, words: str = "") -> str:
    text = f"{words}{title(notebooks[path])}"
    return f'<a href="../{path.parent.name}/{path.stem}.html">{escape(text)}</a>'


def listing(lesson: Path, notebooks: dict) -> str:
    """A lesson in the list of all, and its exercises if there are any."""
    exercises = ROOT / "exercises" / lesson.name
    more = f' <a href="../exercises/{lesson.stem}.html">exercises</a>' if exercises in notebooks else ""
    return f"<li>{link(lesson, notebooks)}{more}</li>"


def around(path: Path, notebooks: dict) -> str:
    """Links to the page before and the page after, among the lessons or among the exercises."""
    beside = [other for other in notebooks if other.parent == path.parent]
    at = beside.index(path)
    before = link(beside[at - 1], notebooks, "← ") if at else "<span></span>"
    return before + (link(beside[at + 1], notebooks, "→ ") if at + 1 < len(beside) else "")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "_site")
    parser.add_argument("--ran", type=Path, help="a folder with notebooks that have been run already")
    parser.add_argument("lessons", nargs="*", type=Path, help="notebooks to render; all by default")
    options = parser.parse_args()
    lessons = [path.resolve() for path in options.lessons] or sorted((ROOT / "notebooks").glob("*.ipynb"))
    exercises = [] if options.lessons else sorted((ROOT / "exercises").glob("*.ipynb"))
    clear(options.out)
    with ThreadPoolExecutor(2) as two_at_a_time:
        notebooks = dict(
            zip(lessons, two_at_a_time.map(partial(executed, ran=options.ran), lessons), strict=True)
        )
    for path in exercises:  # as the learner finds them: nothing run, nothing solved
        notebooks[path] = nbformat.read(path, as_version=4)
    explorer = not options.lessons and has_explorer(options.out)
    listed = "\n".join(listing(path, notebooks) for path in lessons)
    searched = {}
    for path, nb in notebooks.items():
        target = options.out / path.parent.name / f"{path.stem}.html"
        searched[f"{path.parent.name}/{target.name}"] = title(nb), search_page.sections(nb)
        if explorer and path.parent.name == "notebooks":
            lead_to_the_explorer(nb)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(page(nb, listed, around(path, notebooks)), encoding="utf-8")
        print(target)
    live.lead(options.out)
    (options.out / "search.html").write_text(search_page.page(searched), encoding="utf-8")
    first = f"notebooks/{lessons[0].stem}.html"
    (options.out / "index.html").write_text(
        f'<!doctype html><meta charset="utf-8"><title>cachelab</title>'
        f'<meta http-equiv="refresh" content="0; url={first}"><a href="{first}">cachelab</a>\n',
        encoding="utf-8",
    )
    return 0


def clear(out: Path) -> None:
    """The folder, with nothing in it but what `make lite` has written."""
    out.mkdir(parents=True, exist_ok=True)
    for path in out.iterdir():
        if path.is_file():
            path.unlink()
        elif path.name != "lite":
            shutil.rmtree(path)


def has_explorer(out: Path) -> bool:
    """Builds races.html; whether it could be built."""
    try:
        print(races_page.build(out))
        return True
    except races_page.NoPyodide as why:
        print(f"races.html is left out: {why}.")
        return False


if __name__ == "__main__":
    sys.exit(main())
