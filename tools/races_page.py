"""races.html of the site: the race explorer in a browser, on functions that the visitor writes there.

`make site` builds it from site/races/. Python is Pyodide (https://pyodide.org) out of its npm package; the
explorer is cachelab's own source, with the clients it drives, redis-py and pymemcache. All of it lies beside
the page, which asks nobody else for anything.
"""

import ast
import inspect
import json
import re
import shutil
import subprocess
import tempfile
import textwrap
import zipfile
from html import escape
from importlib.metadata import files
from pathlib import Path

from cachelab.races import FAULTS, strategies
from cachelab.widgets.race import Race
from tools.pyodide import NoPyodide, runtime

__all__ = ["NoPyodide", "build", "examples"]

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "site" / "races"
FIRST = strategies.DeleteAfterWrite  # the pair that lesson 05 begins with


def build(out: Path) -> Path:
    """Write races.html and the folder races/ into the site `out`; returns the page.

    Raises NoPyodide, with nothing written, where Pyodide cannot be had, and ValueError where what npm gave is
    not the package that was pinned.
    """
    with tempfile.TemporaryDirectory() as folder:
        pyodide = runtime(Path(folder) / "pyodide")
        archive = Path(folder) / "explorer.zip"
        _pack(archive)
        subprocess.run(["node", SOURCES / "compile.mjs", pyodide, archive], check=True)
        beside = out / "races"
        shutil.copytree(pyodide, beside / "pyodide")
        shutil.copy(archive, beside)
    for name in ("page.mjs", "worker.mjs"):
        shutil.copy(SOURCES / name, beside)
    (beside / "race.mjs").write_text(Race._esm, encoding="utf-8")
    page = out / "races.html"
    page.write_text(_page(), encoding="utf-8")
    return page


def _pack(archive: Path) -> None:
    """The Python of the page: the explorer, and the two client libraries as they are installed here."""
    ours = [ROOT / "cachelab" / "__init__.py"]
    for folder in ("races", "learner"):
        ours += sorted((ROOT / "cachelab" / folder).rglob("*.py"))
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.write(SOURCES / "asked.py", "asked.py")
        for path in ours:
            packed.write(path, path.relative_to(ROOT))
        for library in ("redis", "pymemcache"):
            for file in files(library):
                if file.suffix == ".py" and "test" not in file.parts or file.name.startswith("LICENSE"):
                    packed.write(file.locate(), file)


def _page() -> str:
    style = (ROOT / "site" / "style.css").read_text(encoding="utf-8")
    faults = "".join(f'<option value="{name}">{name}: {escape(what)}' for name, what in FAULTS.items())
    parts = {
        "STYLE": style,
        "WIDGET": Race._css,
        "FAULTS": f'<option value="">none{faults}',
        "EXAMPLES": json.dumps(examples()).replace("<", "\\u003c"),
    }
    frame = (SOURCES / "races.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], frame)


# --- examples: the strategies, each as a file of an application ---


def examples() -> list[dict]:
    """The strategies that run without Lua, as questions: {name, code, clients, fault, cache}."""
    named = [FIRST, *(one for one in strategies.STRATEGIES if one is not FIRST)]
    found = [_example(strategy) for strategy in named]
    return [example for example in found if ".eval(" not in example["code"]]


def _example(strategy: type) -> dict:
    roles = [role for role in ("reader", "writer", "follower") if hasattr(strategy, role)]
    code = [textwrap.dedent(inspect.getsource(getattr(strategy, role))).strip() for role in roles]
    if "follower" in roles:
        code.append(f'follower = races.cdc(follower, source="{strategy.source}")  # sees each commit')
    return {
        "name": strategy.__doc__,
        "code": _head("\n\n\n".join(code)) + "\n\n\n".join(code) + "\n",
        "clients": ", ".join(roles),
        "fault": "replica_lag" if getattr(strategy, "reads_replica", False) else "",
        "cache": "memcached" if getattr(strategy, "memcached", False) else "valkey",
    }


def _head(code: str) -> str:
    """The imports and constants of strategies.py that this code uses, as they are written there."""
    used = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
    source = inspect.getsource(strategies)
    lines = source.splitlines()
    imports, constants = [], []
    for node in ast.parse(source).body:
        text = "\n".join(lines[node.lineno - 1 : node.end_lineno])
        if isinstance(node, ast.Import | ast.ImportFrom) and used & {name.name for name in node.names}:
            imports.append(text)
        elif isinstance(node, ast.Assign) and used & {target.id for target in node.targets}:
            constants.append(text)
    if "races" in used:
        imports.append("from cachelab import races")
    return "".join("\n".join(part) + "\n\n" for part in (imports, constants) if part) + "\n"
