"""`make lite`: the lessons that need no server of their own, in a JupyterLab that runs in the browser.

JupyterLite is the page, Pyodide the kernel, and every package comes out of this environment, whose pins are
hashed: the site asks nobody else for anything. `python -m tools.lite bank` runs the bank of answers in it.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
import zipfile
from collections.abc import Sequence
from copy import deepcopy
from html import escape
from importlib import metadata
from pathlib import Path

import nbformat

from cachelab.jupyter import client
from tools import live
from tools.live import EXERCISES, LESSONS, PARTS
from tools.pyodide import FENGARI, NoPyodide, npm, runtime

__all__ = ["EXERCISES", "LESSONS", "PARTS", "build", "course", "main"]

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "site" / "lite"
JUPYTERLITE = ROOT / ".venv" / "jupyterlite"  # an environment of its own: see Makefile

NEEDS_SERVERS = {"02.2", "04.2", "06.4"}
NEEDS_DATABASE = {"04_cache_aside": ("look-04", "look-04-5", "look-04-6")}  # cells that show what is in it
NEEDS_NUMPY = {"01_3/numpy_between_two_reads"}
WHY_NOT = {
    "00_start_here": "It starts the course's servers, and a browser runs none.",
    "01_why_cache": "It measures PostgreSQL, Valkey and Memcached, and a browser runs no servers.",
    "02_redis_or_memcached": "It compares two servers, and a browser runs none.",
    "02b_both_caches_in_detail": "It looks into two servers, and a browser runs none.",
    "03_provision_with_boto3": "Its account starts servers, and a browser runs none.",
    "04_cache_aside": "It kills a cache in front of PostgreSQL, and a browser runs no servers.",
    "08_outages_and_failover": "It needs threads, and servers that can be killed.",
    "08b_stalls_and_spare_servers": "It needs threads, and servers that can be frozen.",
    "09_watch_pay_secure": "It watches the nodes of an account, and a browser runs no servers.",
    "09b_a_ward_of_sick_caches": "Its patients are servers, and a browser runs none.",
    "10_more_than_a_cache": "It needs threads, and a real server to compare with.",
    "11_when_one_node_is_not_enough": "It needs a cluster, and a browser runs no servers.",
    "12_capstone": "Its day is lived by threads, which Python in a browser does not have.",
}

# Of a lesson in part, the code cells that run, and what takes the place of one that draws a measurement.
RUNS: dict[str, dict[str, str | None]] = {
    "06_expiry_and_eviction": {
        **dict.fromkeys(("setup", "recall-ask", "overwrite-predict", "overwrite-run", "overwrite-table")),
        **dict.fromkeys(("samples-predict", "samples-run", "best-predict", "best-run")),
        "policies-run": "memory.policies()",
        "sizing-bench": "memory.sizing()",
    },
    "07_stampedes_and_hot_keys": {
        "setup": "from cachelab import races, widgets",
        **dict.fromkeys(("recall-ask", "one-code", "lock-code", "second-ask", "second-run")),
        **dict.fromkeys(("token-ask", "token-run", "helps-ask", "helps-run")),
        "dice-bench": "widgets.hot.dice()",
        "bench-run": "widgets.hot.one_key()",
        "flush-bench": "widgets.hot.after_flush()",
        "hot-bench": "widgets.hot.hot_key()",
    },
}

# What a lesson imports, and what the kernel does: names of this environment, at the versions of the lock.
COURSE = "redis pymemcache fakeredis sortedcontainers platformdirs".split()
WIDGETS = "ipywidgets jupyterlab_widgets anywidget psygnal typing_extensions".split()
KERNEL = """ipython ipython_pygments_lexers comm traitlets jedi parso asttokens executing matplotlib-inline
prompt_toolkit pure_eval pygments stack_data wcwidth packaging""".split()
LEFT_OUT = re.compile(
    r"\.(so|pyc|pyd|map)$|(^|/)(tests|django-stubs|nbextension)/|typeshed/third_party/|/(RECORD|direct_url.json)$"
)


# --- packages ---


def course(folder: Path) -> list[Path]:
    """The wheels of what an exercise imports, written to `folder`, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    libraries = [_wheel(metadata.distribution(name), folder) for name in COURSE]
    return [*libraries, _lupa(folder), _cachelab(folder)]


def _wheel(package: metadata.Distribution, folder: Path) -> Path:
    """An installed package as a wheel, without what is compiled for this machine."""
    path = folder / f"{_normal(package.name).replace('-', '_')}-{package.version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for file in package.files:
            inside = ".." not in file.parts and file.parts[0] != "bin"
            if inside and not LEFT_OUT.search(file.as_posix()):
                wheel.write(file.locate(), file.as_posix())
    return path


def _cachelab(folder: Path) -> Path:
    """The course itself: of the lessons' exercises, those that are offered."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        version = tomllib.load(file)["project"]["version"]
    offered = {f"lesson_{name[:2]}" for name in EXERCISES}
    path = folder / f"cachelab-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for file in sorted((ROOT / "cachelab").rglob("*")):
            name = file.relative_to(ROOT).as_posix()
            lesson = re.match(r"cachelab/exercises/(lesson_\d\d)/", name)
            if file.is_file() and file.suffix != ".pyc" and (not lesson or lesson[1] in offered):
                wheel.write(file, name)
        for kind, stems in (("notebooks", LESSONS), ("exercises", EXERCISES), ("solutions", EXERCISES)):
            for stem in stems:
                wheel.write(ROOT / kind / f"{stem}.ipynb", f"cachelab/content/{kind}/{stem}.ipynb")
        wheel.writestr(f"cachelab-{version}.dist-info/METADATA", f"Name: cachelab\nVersion: {version}\n")
    return path


def _lupa(folder: Path) -> Path:
    """What stands in lupa's place: site/lite/lupa, and fengari."""
    version = metadata.version("lupa")  # what packages that ask for lupa's are told
    path = folder / f"lupa-{version}-py3-none-any.whl"
    with tempfile.TemporaryDirectory() as other, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        lua = npm(FENGARI, ("dist/fengari-web.js",), Path(other))
        for file in (*sorted((SOURCES / "lupa").glob("*.*")), *lua):
            wheel.write(file, f"lupa/{file.name}")
        wheel.writestr(f"lupa-{version}.dist-info/METADATA", f"Name: lupa\nVersion: {version}\n")
    return path


def _packages(folder: Path) -> None:
    """Every wheel of the site."""
    course(folder)
    for name in WIDGETS + KERNEL:
        _wheel(metadata.distribution(name), folder)
    _wheel(next(iter(metadata.distributions(name="micropip", path=[str(JUPYTERLITE / "pyodide")]))), folder)
    kernel = JUPYTERLITE / "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi"
    for name in ("ipykernel", "piplite", "pyodide_kernel", "widgetsnbextension-4"):
        shutil.copy(next(kernel.glob(f"{name}*.whl")), folder)


def _known(wheels: Path) -> dict:
    """What Pyodide has to know of each: an import loads the course, and a page begins with the kernel's."""
    found = {}
    for path in sorted(wheels.glob("*.whl")):
        with zipfile.ZipFile(path) as wheel:
            names = wheel.namelist()
        tops = {name.split("/")[0] for name in names if name.endswith(".py") and ".data/" not in name}
        name, version = path.name.split("-")[:2]
        found[_normal(name)] = {
            "name": _normal(name),
            "version": version,
            "file_name": path.name,
            "install_dir": "site",
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "package_type": "package",
            "imports": sorted(top.removesuffix(".py") for top in tops),
            "depends": [],
            "unvendored_tests": False,
        }
    kernel = [_normal(name) for name in KERNEL if name not in ("ipython", "packaging")]
    found["ipython"]["depends"] = kernel
    found["ipywidgets"]["depends"] = ["comm", "traitlets", "widgetsnbextension", "jupyterlab-widgets"]
    found["anywidget"]["depends"] = ["ipywidgets", "psygnal", "typing-extensions"]
    found["cachelab"]["depends"] = [*map(_normal, COURSE), "lupa", "ipywidgets", "anywidget"]
    return found


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


# --- the site ---


def build(out: Path) -> Path:
    """Write the site into the folder `out`, which is made anew; returns its first page.

    Raises NoPyodide where Pyodide, or fengari, cannot be had.
    """
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        wheels = work / "wheels"
        pyodide = runtime(work / "static" / "pyodide")
        _packages(wheels)
        _node("compile.mjs", pyodide, wheels)
        for wheel in wheels.glob("*.whl"):
            shutil.copy(wheel, pyodide)
        lock = json.loads((pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))
        known = json.dumps(lock | {"packages": _known(wheels)})
        (pyodide / "pyodide-lock.json").write_text(known, encoding="utf-8")
        _contents(work / "files")
        _settings(work)
        shutil.rmtree(out, ignore_errors=True)
        jupyter = [JUPYTERLITE / "bin" / "jupyter", "lite", "build", "--lite-dir", work, "--output-dir", out]
        jupyter += ["--contents", work / "files", "--no-sourcemaps", "--apps", "lab", "--apps", "notebooks"]
        here = os.environ | {"PYTHONPATH": sysconfig.get_path("purelib")}  # jupyter_server lists the contents
        ran = subprocess.run(jupyter, cwd=work, env=here, capture_output=True, text=True)
        if ran.returncode:
            raise RuntimeError(f"jupyter lite build failed:\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}")
    back = f"<script>\n{(SOURCES / 'back.js').read_text(encoding='utf-8')}</script>\n</head>"
    for app in ("lab", "notebooks"):
        frame = out / app / "index.html"
        frame.write_text(frame.read_text(encoding="utf-8").replace("</head>", back, 1), encoding="utf-8")
    page = out / "index.html"
    page.write_text(_page(), encoding="utf-8")
    return page


def _contents(folder: Path) -> None:
    """What the learner finds: the notebooks, with the database's answers in them where they ask it, and for
    each other lesson why it is not there."""
    for kind, stems in (("notebooks", LESSONS), ("exercises", EXERCISES)):
        (folder / kind).mkdir(parents=True)
        for stem in stems:
            nb = nbformat.read(ROOT / kind / f"{stem}.ipynb", as_version=4)
            if kind == "exercises" and stem in NEEDS_DATABASE:
                answered(nb, NEEDS_DATABASE[stem])
            nbformat.write(nb, folder / kind / f"{stem}.ipynb")
    for stem in PARTS:
        nb = _lesson(stem)
        in_part(nb, stem)
        nbformat.write(nb, folder / "notebooks" / f"{stem}.ipynb")
    for stem, why in WHY_NOT.items():
        text = (
            f"# {_title(stem)}\n\nThis lesson does not run in a browser. {why}\n\n[Read it as a page, with "
            f"all that it shows]({_as_page(stem)}). With `make lab` it runs on your computer."
        )
        cell = nbformat.v4.new_markdown_cell(text, id="why-not")
        kernel = _lesson(stem).metadata  # or JupyterLab asks which one it shall be
        nb = nbformat.v4.new_notebook(cells=[cell], metadata=kernel)
        nbformat.write(nb, folder / "notebooks" / f"{stem}.ipynb")


def _as_page(stem: str) -> str:
    """The lesson's page on the site; site/lite/back.js knows where the site lies."""
    return f"/notebooks/{stem}.html"


def in_part(nb: nbformat.NotebookNode, stem: str) -> None:
    """Leaves of the lesson's code cells those that RUNS names; of the others their text, or what they do."""
    runs, cells = RUNS[stem], []
    for cell in nb.cells:
        if cell.cell_type == "code" and cell.id not in runs:
            if cell.source.startswith(("widgets.ask(", "display(widgets.ask(")):
                continue  # nothing will answer
            first = cell.source.partition("\n")[0]
            hidden = "hide-input" in cell.metadata.get("tags", [])
            told = f"*{first.lstrip('# ')}*" if hidden else f"```python\n{cell.source}\n```"
            why = f"This does not run in a browser: [the lesson's page]({_as_page(stem)}) shows a run."
            cell = nbformat.v4.new_markdown_cell(f"{told}\n\n{why}", id=cell.id)
        elif cell.cell_type == "code":
            cell.source = runs[cell.id] or cell.source
        cells.append(cell)
    text = f"{PARTS[stem]} [The lesson as a page]({_as_page(stem)}) shows all of it."
    nb.cells = [cells[0], nbformat.v4.new_markdown_cell(text, id="in-part"), *cells[1:]]


def answered(nb: nbformat.NotebookNode, ids: Sequence[str]) -> None:
    """In place of these cells, as text, what they and the notebook's first code cell, run here, show."""
    first = next(cell for cell in nb.cells if cell.cell_type == "code")
    asked = [cell for cell in nb.cells if cell.id in ids]
    ran = nbformat.v4.new_notebook(cells=[deepcopy(cell) for cell in (first, *asked)], metadata=nb.metadata)
    with tempfile.TemporaryDirectory() as home:
        own = {"CACHELAB_PROGRESS": f"{home}/progress.json", "CACHELAB_EXERCISES": f"{home}/exercises"}
        client(ran, ROOT / "exercises").execute(env=os.environ | own)
    for cell, shown in zip(asked, ran.cells[1:], strict=True):
        said = [out.get("text") or out["data"]["text/plain"] for out in shown.outputs]
        lines = "\n".join(part.rstrip("\n") for part in said)
        code, shows = f"```python\n{cell.source}\n```", f"```\n{lines}\n```"
        text = f"A browser has no PostgreSQL. Where there is one,\n\n{code}\n\nshows\n\n{shows}"
        nb.cells[nb.cells.index(cell)] = nbformat.v4.new_markdown_cell(text, id=cell.id)


def _settings(folder: Path) -> None:
    """What JupyterLite reads: of the kernel, of JupyterLab, and which of its extensions are built in."""
    first = ["micropip", "piplite", "ipykernel", "comm", "pyodide-kernel", "jedi", "ipython", "cachelab"]
    kernel = {
        "pyodideUrl": "./static/pyodide/pyodide.mjs",
        "disablePyPIFallback": True,
        "loadPyodideOptions": {
            "packages": first,
            # /drive is the folder that the browser keeps.
            "env": {"CACHELAB_PROGRESS": "/drive/progress.json", "CACHELAB_EXERCISES": "/drive/exercises"},
        },
    }
    page = {
        "appName": "cachelab",
        "exposeAppInBrowser": True,  # a test drives it
        "litePluginSettings": {"@jupyterlite/pyodide-kernel-extension:kernel": kernel},
    }
    version = {"jupyter-lite-schema-version": 0}
    _write(folder / "jupyter-lite.json", version | {"jupyter-config-data": page})
    extensions = Path(sys.prefix) / "share" / "jupyter" / "labextensions"
    widgets = [str(extensions / name) for name in ("@jupyter-widgets/jupyterlab-manager", "anywidget")]
    _write(folder / "jupyter_lite_config.json", {"LiteBuildConfig": {"federated_extensions": widgets}})
    ours = json.loads((ROOT / "binder" / "overrides.json").read_text(encoding="utf-8"))
    # A visitor has chosen light or dark already, if anywhere, in the system.
    theme = {"@jupyterlab/apputils-extension:themes": {"adaptive-theme": True}}
    # Nobody but this browser has what was typed: a tab that is lost takes ten seconds of it, not two minutes.
    saved = {"@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": 10}}
    _write(folder / "overrides.json", ours | theme | saved)


def _write(path: Path, data: dict) -> None:
    path.write_text(json.dumps(data), encoding="utf-8")


def _lesson(stem: str) -> nbformat.NotebookNode:
    return nbformat.read(ROOT / "notebooks" / f"{stem}.ipynb", as_version=4)


def _title(stem: str) -> str:
    return re.match(r"#+ *(.+)", _lesson(stem).cells[0].source)[1]


def _page() -> str:
    """The first page: each lesson, and where it is to be had."""
    rows = []
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        stem, title = path.stem, escape(_title(path.stem))
        if stem in LESSONS or stem in PARTS:
            lesson = f'<a href="notebooks/index.html?path=notebooks/{stem}.ipynb">{title}</a>'
            said = PARTS.get(stem, "Runs here.")
        else:
            lesson = f"{title} (<a href='../notebooks/{stem}.html'>as a page</a>)".replace("'", '"')
            said = WHY_NOT[stem]
        if stem in EXERCISES:
            link = f'<a href="notebooks/index.html?path=exercises/{stem}.ipynb">Its exercises</a> run here.'
            said = f"{said} {link} {EXERCISES[stem]}".strip()
        rows.append(f"<tr><td>{lesson}<td>{said}")
    style = (ROOT / "site" / "style.css").read_text(encoding="utf-8")
    frame = (SOURCES / "index.html").read_text(encoding="utf-8")
    return frame.replace("{{STYLE}}", style).replace("{{LESSONS}}", "\n".join(rows))


# --- the bank of answers ---


def bank(answers: list[str] | None = None) -> str:
    """Run these answers ("05_2/right_lease"), or all to the exercises that hold, in Pyodide under Node.js.

    Returns what is wrong with their verdicts, a paragraph each; "" if each is the one it must be.
    """
    if answers is None:
        folders = [f for e in EXERCISES for f in sorted((ROOT / "tests/bank/answers").glob(f"{e[:2]}_*"))]
        answers = [
            f"{folder.name}/{path.stem}"
            for folder in folders
            if folder.name.replace("_", ".") not in NEEDS_SERVERS
            for path in sorted(folder.glob("*.py"))
            if f"{folder.name}/{path.stem}" not in NEEDS_NUMPY
        ]
    with tempfile.TemporaryDirectory() as folder:
        wheels = Path(folder) / "wheels"
        pyodide = runtime(Path(folder) / "pyodide")
        course(wheels)
        said = _node("bank.mjs", pyodide, wheels, ROOT / "tests" / "bank", *answers)
    return said.rpartition("VERDICTS")[2].strip()


def _node(script: str, *words: Path | str) -> str:
    """What this script prints; RuntimeError with the traceback if it fails."""
    ran = subprocess.run(["node", SOURCES / script, *words], capture_output=True, text=True)
    if ran.returncode:
        rows = [row for row in ran.stderr.splitlines() if len(row) < 500]  # a longer one is Pyodide itself
        raise RuntimeError("\n".join([f"{script} failed:", *rows[:60]]))
    return ran.stdout


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="?", choices=("site", "bank"), default="site")
    parser.add_argument("--out", type=Path, default=ROOT / "_site" / "lite")
    options = parser.parse_args()
    try:
        if options.what == "bank":
            wrong = bank()
            print(wrong or "Every answer has its verdict in Pyodide.")
            return bool(wrong)
        page = build(options.out.resolve())
    except NoPyodide as why:
        print(f"There is no site: {why}.")
        return 1
    live.lead(page.parents[1])
    size = sum(file.stat().st_size for file in page.parent.rglob("*"))
    print(f"{page}: {size / 1e6:.0f} MB. Try it: python3 -m http.server -d {page.parents[1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
