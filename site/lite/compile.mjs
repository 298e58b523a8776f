// node compile.mjs PYODIDE WHEELS: adds bytecode of what a lesson imports to its wheel, made by the Python that
// will run it, so that no visitor waits while it is compiled.
const [pyodide, wheels] = process.argv.slice(2);
const { loadPyodide } = await import(`${pyodide}/pyodide.mjs`);
const python = await loadPyodide({ indexURL: pyodide });
python.FS.mkdirTree("/wheels");
python.mountNodeFS("/wheels", wheels);
python.runPython(`
import importlib, pathlib, py_compile, sys, zipfile

site = pathlib.Path("/lib/python3.14/site-packages")
found = sorted(pathlib.Path("/wheels").glob("*.whl"))
for path in found:
    with zipfile.ZipFile(path) as wheel:
        wheel.extractall(site)
importlib.invalidate_caches()

import anywidget, IPython, IPython.core.completer, IPython.core.interactiveshell, ipywidgets, jedi, lupa.lua51, micropip
from cachelab import engines, races, shop, widgets
from cachelab.checks import exercise_ids
from cachelab.races import tiny
from cachelab.widgets import hot, memory

exercise_ids()
engines.valkey().client().eval("return 1", 0)
engines.memcached().client().get("key")
widgets.race(races.explore([lambda cache, db: db.read()]))

imported = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
for path in found:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as wheel:
        for name in wheel.namelist():
            if str(site / name) in imported:
                # Unchecked: the files are unpacked anew at each visit, with other times of change.
                mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
                made = py_compile.compile(str(site / name), doraise=True, invalidation_mode=mode)
                wheel.write(made, str(pathlib.Path(made).relative_to(site)))
`);
