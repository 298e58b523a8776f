"""What the site's live pages are made of besides the course: packages of npm, Pyodide above all, each pinned.

Pyodide (https://pyodide.org) is CPython for a browser. Only its core is taken, and none of its packages.
"""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

__all__ = ["FENGARI", "NoPyodide", "npm", "runtime"]

PYODIDE = "pyodide@314.0.7"
FENGARI = "fengari-web@0.1.4"  # Lua in JavaScript
INTEGRITY = {
    PYODIDE: "sha512-0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A==",  # noqa: E501
    FENGARI: "sha512-f+W/Csx9VNyKttxYjZnk6290+Pcs7w7noDVhkuPEt0e51GWoD32vSNHFXhZYzTe8Ni/bhbk5VocNV1RBIgO5iA==",  # noqa: E501
}
RUNTIME = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")


class NoPyodide(Exception):
    """There is no npm here, or it cannot give what is not in its cache: why, in words that end a sentence."""


def npm(package: str, names: tuple[str, ...], folder: Path) -> list[Path]:
    """These files of a pinned package, in `folder`, which is made.

    Raises NoPyodide where it cannot be had, and ValueError where what npm gave is not what was pinned.
    """
    if not (shutil.which("npm") and shutil.which("node")):
        raise NoPyodide("it needs npm, which comes with Node.js, and there is none on this machine")
    folder.mkdir(parents=True, exist_ok=True)
    pack = ["npm", "pack", package, "--prefer-offline", "--fetch-retries=0", "--loglevel=error"]
    ran = subprocess.run(pack, cwd=folder, capture_output=True, text=True)
    if ran.returncode:
        said = re.sub(r"npm (error|ERR!) *", "", ran.stderr).strip().splitlines() or ["no word why"]
        raise NoPyodide(f"npm could not fetch {package} ({said[0]})")
    packed = next(folder.glob("*.tgz"))
    digest = base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != INTEGRITY[package]:
        raise ValueError(f"npm gave a {package} with sha512-{digest}, and {INTEGRITY[package]} is pinned")
    kept = [folder / Path(name).name for name in names]
    with tarfile.open(packed) as archive:
        for name, path in zip(names, kept, strict=True):
            path.write_bytes(archive.extractfile(f"package/{name}").read())
    packed.unlink()
    return kept


def runtime(folder: Path) -> Path:
    """What a browser needs of Pyodide, in this new folder. It knows no packages, and looks for none.

    Raises as `npm` does."""
    lock = npm(PYODIDE, RUNTIME, folder)[-1]
    known = json.loads(lock.read_text(encoding="utf-8"))
    lock.write_text(json.dumps(known | {"packages": {}}), encoding="utf-8")
    return folder
