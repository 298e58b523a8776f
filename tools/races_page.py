"""races.html of the site: the race explorer in a browser, on functions that the visitor writes there.

`make site` builds it from site/races/. Python is Pyodide (https://pyodide.org) out of its npm package; the
explorer is cachelab's own source, with the clients it drives, redis-py and pymemcache. All of it lies beside
the page, which asks nobody else for anything.
"""

import ast
import base64
import hashlib
import inspect
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
import textwrap
import zipfile
from html import escape
from importlib.metadata import files
from pathlib import Path

from cachelab.races import FAULTS, strategies
from cachelab.widgets.race import Race

__all__ = ["NoPyodide", "build", "examples"]

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "site" / "races"
PYODIDE = "pyodide@314.0.7"
INTEGRITY = "sha512-0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A=="
RUNTIME = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
FIRST = strategies.DeleteAfterWrite  # the pair that lesson 05 begins with


class NoPyodide(Exception):
    """There is no npm here, or it cannot give what is not in its cache: why, in words that end a sentence."""


def build(out: Path) -> Path:
    """Write races.html and the folder races/ into the site `out`; returns the page.

    Raises NoPyodide, with nothing written, where Pyodide cannot be had, and ValueError where what npm gave is
    not the package that was pinned.
    """
    with tempfile.TemporaryDirectory() as folder:
        pyodide = _pyodide(Path(folder))
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


def _pyodide(folder: Path) -> Path:
    """What a browser needs of Pyodide, in a new folder inside this one."""
    if not (shutil.which("npm") and shutil.which("node")):
        raise NoPyodide("it needs npm, which comes with Node.js, and there is none on this machine")
    pack = ["npm", "pack", PYODIDE, "--prefer-offline", "--fetch-retries=0", "--loglevel=error"]
    ran = subprocess.run(pack, cwd=folder, capture_output=True, text=True)
    if ran.returncode:
        said = re.sub(r"npm (error|ERR!) *", "", ran.stderr).strip().splitlines() or ["no word why"]
        raise NoPyodide(f"npm could not fetch {PYODIDE} ({said[0]})")
    package = next(folder.glob("*.tgz"))
    digest = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != INTEGRITY:
        raise ValueError(f"npm gave a {PYODIDE} with sha512-{digest}, and {INTEGRITY} is pinned")
    kept = folder / "pyodide"
    kept.mkdir()
    with tarfile.open(package) as archive:
        for name in (*RUNTIME, "pyodide-lock.json"):
            (kept / name).write_bytes(archive.extractfile(f"package/{name}").read())
    # No packages: none is here to be loaded, and none may be looked for elsewhere.
    lock = json.loads((kept / "pyodide-lock.json").read_text(encoding="utf-8"))
    (kept / "pyodide-lock.json").write_text(json.dumps(lock | {"packages": {}}), encoding="utf-8")
    return kept


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
    imports, constants = [], []
    for node in ast.parse(source).body:
        text = ast.get_source_segment(source, node)
        if isinstance(node, ast.Import | ast.ImportFrom) and used & {name.name for name in node.names}:
            imports.append(text)
        elif isinstance(node, ast.Assign) and used & {target.id for target in node.targets}:
            constants.append(text + ("  # milliseconds" if text.startswith("MINUTE") else ""))
    if "races" in used:
        imports.append("from cachelab import races")
    return "".join("\n".join(lines) + "\n\n" for lines in (imports, constants) if lines) + "\n"
