// node compile.mjs PYODIDE ARCHIVE: adds bytecode to what the page imports, made by the Python that will run it,
// so that no visitor waits while it is compiled.
import { readFileSync, writeFileSync } from "node:fs";

const [pyodide, archive] = process.argv.slice(2);
const { loadPyodide } = await import(`${pyodide}/pyodide.mjs`);
const python = await loadPyodide({ indexURL: pyodide });
const folder = "/lib/python3.14/site-packages";
python.unpackArchive(new Uint8Array(readFileSync(archive)), "zip", { extractDir: folder });
python.runPython(`
import json, py_compile, shutil, sys

import asked

question = {"code": "def reader(cache, db):\\n    return db.read()", "clients": "reader", "fault": ""}
for cache in ("valkey", "memcached"):
    answered = json.loads(asked.answer(json.dumps(question | {"cache": cache})))
    assert "problem" not in answered, answered
files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
for file in sorted(file for file in files if file and file.startswith("${folder}/")):
    # Unchecked: the files are unpacked anew at each visit, with other times of change.
    py_compile.compile(file, doraise=True, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
shutil.make_archive("/tmp/explorer", "zip", "${folder}")
`);
writeFileSync(archive, python.FS.readFile("/tmp/explorer.zip"));
