// node bank.mjs PYODIDE WHEELS BANK ANSWER…: gives these answers to their exercises, and prints what is wrong
// with the verdicts after the word VERDICTS.
const [pyodide, wheels, bank, ...answers] = process.argv.slice(2);
const { loadPyodide } = await import(`${pyodide}/pyodide.mjs`);
const env = { HOME: "/home", CACHELAB_PROGRESS: "/home/progress.json", CACHELAB_EXERCISES: "/home/my-exercises" };
const python = await loadPyodide({ indexURL: pyodide, env });
for (const [place, folder] of [["/wheels", wheels], ["/course/tests/bank", bank]]) {
  python.FS.mkdirTree(place);
  python.mountNodeFS(place, folder);
}
python.globals.set("wanted", python.toPy(answers));
python.runPython(`
import importlib, pathlib, re, sys, traceback, zipfile

site = pathlib.Path("/lib/python3.14/site-packages")
for path in pathlib.Path("/wheels").glob("*.whl"):
    with zipfile.ZipFile(path) as wheel:
        wheel.extractall(site)
importlib.invalidate_caches()
sys.dont_write_bytecode = True
sys.path.append("/course")

from cachelab.checks import exercise
from tests.bank.answers import FOLDER, Answer

wrong = []
for name in wanted:
    answer = Answer(FOLDER / f"{name}.py")
    try:
        asked, names = exercise(answer.id), answer.names()
        verdict = asked.check(*[names[each] for each in asked.takes])
        said, status = str(verdict), verdict.status
    except Exception as error:
        said, status = "".join(traceback.format_exception(error)), "raised"
    missing = [words for words in answer.says if not re.search(words, said)]
    if status != answer.verdict or missing or "the check itself stumbled" in said:
        wrong.append(f"{answer}: {status}, not {answer.verdict}; missing {missing}\\n{said}")
print("VERDICTS", "\\n\\n".join(wrong))
`);
