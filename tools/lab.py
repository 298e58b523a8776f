"""A JupyterLab of our own and a headless Chromium that opens notebooks in it.

    with Lab() as lab:
        page = lab.open("notebooks/01_why_cache.ipynb", theme="dark", width=1024)
        page.run_all()
        assert page.errors() == [] and page.external == []
        page.cell("ladder").get_by_role("slider").press("ArrowRight")
        page.screenshots("01.png")

The server has its own port, token, settings and folders; a notebook is opened as a copy; the browser can
reach nothing but loopback, and notes what it tried.
"""

import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote, urlsplit

import nbformat
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Locator, Page, sync_playwright

from cachelab.engines.ports import free_port

__all__ = ["Lab", "NotebookPage", "chromium", "notebook"]

SETTINGS = {
    # every cell is in the page, so that a screenshot of the whole notebook shows it all
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}
PATIENCE = 300  # seconds: it ends what hangs; a busy machine is slower, and not wrong
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
CHROMIUM = [
    "--no-sandbox",  # so that it also runs as root
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]


def chromium() -> str | None:
    """The path of an installed Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


def notebook(*sources: str) -> nbformat.NotebookNode:
    """A notebook of code cells with the ids c0, c1, …"""
    nb = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    nb.cells = [nbformat.v4.new_code_cell(source, id=f"c{i}") for i, source in enumerate(sources)]
    return nb


class Lab:
    """One JupyterLab server and one browser, for as many notebooks as you like.

    `prefix` is put before the server's command, such as a program that confines it. `as_given` leaves
    JupyterLab as `make lab` gives it: its own settings, the file browser open, cells drawn when seen.
    `browser` is another Lab's, to be used in place of one's own: Playwright runs once in a thread.
    """

    def __init__(self, prefix: Sequence[str] = (), as_given: bool = False, browser: Browser | None = None):
        self.as_given = as_given
        executable = chromium()
        if executable is None:
            raise RuntimeError("no Chromium found; on Debian or Ubuntu: apt install chromium")
        self._closing = contextlib.ExitStack()
        self._server: subprocess.Popen | None = None
        self._windows: list[Page] = []  # with JupyterLab in them, and no notebook open
        try:
            self.folder = Path(self._closing.enter_context(tempfile.TemporaryDirectory(prefix="lab-")))
            self._make_folders()
            self._start_server(prefix)
            self.browser = browser or self._launch(executable)
            while not self._came_up():  # between choice and use, another program may take the port
                self._start_server(prefix)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "Lab":
        return self

    def __exit__(self, *_):
        self.close()

    def close(self) -> None:
        self._closing.close()

    def open(self, source: str | Path | nbformat.NotebookNode, *, theme="light", width=1280, height=900):
        """A copy of the notebook in a browser page of its own, its kernel started and idle, for a learner who
        has guessed and solved nothing yet."""
        (self.folder / "progress.json").unlink(missing_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="n", dir=self.folder / "work"))
        if isinstance(source, nbformat.NotebookNode):
            path = folder / "scratch.ipynb"
            nbformat.write(source, path)
        else:
            path = Path(shutil.copy(source, folder))
        return NotebookPage(self, path, theme, width, height)

    def reopen(self, page: "NotebookPage"):
        """The notebook of `page`, saved, closed, its kernel ended, and opened again as a learner would."""
        page.command("docmanager:save")
        theme, size = page.theme_name, page.page.viewport_size
        page.close()
        return NotebookPage(self, page.path, theme, size["width"], size["height"])

    def api(self, path: str, method: str = "GET", seconds: float = 60):
        """The server's answer to a REST call, decoded; OSError after `seconds` of silence."""
        headers = {"Authorization": f"token {self._token}"}
        request = urllib.request.Request(f"{self.url}api/{path}", method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=seconds) as reply:
            return json.loads(reply.read() or b"null")

    def _launch(self, executable: str) -> Browser:
        playwright = self._closing.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM)
        self._closing.callback(browser.close)
        return browser

    def _make_folders(self) -> None:
        for name in ("work", "config", "data", "runtime", "settings", "workspaces", "ipython"):
            (self.folder / name).mkdir()
        for plugin, values in ({} if self.as_given else SETTINGS).items():
            file = self.folder / "settings" / f"{plugin}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values))
        self._log = self._closing.enter_context(open(self.folder / "server.log", "w+"))
        self._closing.callback(self._stop_server)

    def _start_server(self, prefix: Sequence[str]) -> None:
        port = free_port()
        self._token = secrets.token_hex(16)
        self.url = f"http://127.0.0.1:{port}/"
        folders = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "IPYTHONDIR": "ipython",
            "CACHELAB_PROGRESS": "progress.json",
            "CACHELAB_EXERCISES": "my-exercises",
        }
        options = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port": port,
            "ServerApp.port_retries": 0,
            "ServerApp.root_dir": self.folder / "work",
            "ServerApp.open_browser": False,
            "ServerApp.allow_root": True,
            "IdentityProvider.token": self._token,
            "LabApp.expose_app_in_browser": True,
        }
        self._server = subprocess.Popen(
            [
                *prefix,
                *(sys.executable, "-m", "jupyterlab"),
                *(f"--{name}={value}" for name, value in options.items()),
            ],
            env=os.environ | {name: str(self.folder / folder) for name, folder in folders.items()},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )

    def _came_up(self, seconds: float = PATIENCE) -> bool:
        """True once the server answers; False if its port was taken from it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._server.poll() is None:
            with contextlib.suppress(OSError):
                self.api("status", seconds=1)  # who took the port need not answer: look again at the process
                return True
            time.sleep(0.1)
        self._log.seek(0)
        said = self._log.read()
        if self._server.poll() is not None and "already in use" in said:
            self._log.truncate(0)
            return False
        raise RuntimeError(f"JupyterLab did not come up:\n{said[-2000:]}")

    def _stop_server(self) -> None:
        if self._server is None:
            return
        self._server.terminate()  # it shuts its kernels down
        try:
            self._server.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()


class NotebookPage:
    """A notebook open in JupyterLab. `page` is Playwright's own page, for everything not here."""

    def __init__(self, lab: Lab, path: Path, theme: str, width: int, height: int):
        self.lab, self.path = lab, path
        self._closed = False
        self.external: list[str] = []  # what the page asked for beyond loopback
        self.console: list[str] = []  # errors in the browser's console
        where = str(path.relative_to(lab.folder / "work"))
        used = lab._windows and not lab.as_given
        self.page = lab._windows.pop() if used else lab.browser.new_context().new_page()
        self.page.set_default_timeout(120_000)  # a busy machine is slower, and not wrong
        self._listeners = [
            (self.page.context, "request", lambda request: self._note(request.url)),
            (self.page, "websocket", lambda socket: self._note(socket.url)),
            (self.page, "console", lambda m: m.type == "error" and self.console.append(m.text)),
            (self.page, "pageerror", lambda error: self._late(str(error)) or self.console.append(str(error))),
        ]
        for source, event, listener in self._listeners:
            source.on(event, listener)
        self.page.set_viewport_size({"width": width, "height": height})
        if used:
            self.command("docmanager:open", path=where)
        else:
            workspace = path.parent.name
            self.page.goto(f"{lab.url}lab/workspaces/{workspace}/tree/{quote(where)}?token={lab._token}")
        self.page.wait_for_function(_READY, arg=where, timeout=PATIENCE * 1000)
        if used:
            self.page.evaluate(_ALONE)
        self.page.get_by_text(re.compile(r"\| Idle")).wait_for(timeout=PATIENCE * 1000)
        if not lab.as_given:
            self.page.evaluate(_TIDY_PAGE)
        self.page.evaluate(_NAME_CELLS)
        self.theme(theme)

    @staticmethod
    def _late(error: str) -> bool:
        """Whether all it says is that the first widget of a page took two seconds to load, as one may on a
        busy machine (cachelab/widgets/kit.js): whether it is deaf shows in what it does, not in this."""
        return error.endswith("[anywidget] Failed to initialize model.")

    def _note(self, url: str) -> None:
        parts = urlsplit(url)
        web = parts.scheme in ("http", "https", "ws", "wss")
        if web and parts.hostname not in ("127.0.0.1", "localhost"):
            self.external.append(url)

    def command(self, name: str, **arguments) -> None:
        """Runs a command of JupyterLab's and waits for its end."""
        self.page.evaluate(
            "async ([name, args]) => { await jupyterapp.commands.execute(name, args) }", [name, arguments]
        )

    def theme(self, name: str) -> None:
        """Switches to "light" or "dark"."""
        self.theme_name = name
        self.command("apputils:change-theme", theme=THEMES[name])
        light = str(name == "light").lower()
        self.page.wait_for_function(f"document.body.dataset.jpThemeLight === '{light}'")

    def width(self, pixels: int) -> None:
        self.page.set_viewport_size({"width": pixels, "height": self.page.viewport_size["height"]})

    def run_all(self, timeout: float = PATIENCE) -> None:
        """Run All, and wait until every cell has run; TimeoutError names the cell that is still running.
        Raises RuntimeError if the kernel dies on the way, of too little memory for example."""
        stuck = self.page.evaluate(_RUN_ALL, timeout * 1000)
        if stuck == _DIED:
            raise RuntimeError("the kernel died before every cell had run")
        if stuck:
            raise TimeoutError(f"not done after {timeout:g} s; still running: {stuck}")
        self.settle()

    def run(self, cell: str, timeout: float = PATIENCE) -> None:
        """Runs one cell."""
        stuck = self.page.evaluate(_RUN_CELL, [cell, timeout * 1000])
        if stuck:
            raise TimeoutError(f"cell {cell} not done after {timeout:g} s")
        self.settle()

    def settle(self) -> None:
        """Waits until the kernel is idle and what it sent is drawn."""
        self.page.wait_for_function(_READY, timeout=PATIENCE * 1000)
        self.page.evaluate("() => new Promise((r) => setTimeout(() => requestAnimationFrame(r), 250))")

    def cell(self, id: str) -> Locator:
        """The cell with this id."""
        return self.page.locator(f'[data-cell-id="{id}"]')

    def output(self, id: str) -> Locator:
        """The outputs of the cell with this id."""
        return self.cell(id).locator(".jp-Cell-outputArea")

    def write(self, id: str, source: str) -> None:
        """Replaces what the cell with this id says. Not by keys: on a busy machine the selection of the click
        before them may arrive after Ctrl+A, and the new text stands beside the old."""
        self.page.evaluate(_WRITE, [id, source])

    def cells(self) -> list[str]:
        """The ids of the cells now in the notebook, in order."""
        return self.page.evaluate(f"() => {_CELLS}.map((cell) => cell.model.id)")

    def errors(self) -> list[str]:
        """One line for each cell that ended in an error, except those tagged to raise one."""
        return self.page.evaluate(_ERRORS)

    def value(self, expression: str) -> str:
        """The repr of an expression, evaluated in the notebook's kernel."""
        return self.page.evaluate(_EVALUATE, expression)

    def axe(self, selector: str) -> list[str]:
        """Serious and critical accessibility violations inside `selector`, one line each."""
        response = Axe().run(self.page, context={"include": [[selector]]}).response
        return [
            f"{found['id']} ({found['impact']}): {node['html'][:160]}"
            for found in response["violations"]
            if found["impact"] in ("serious", "critical")
            for node in found["nodes"]
        ]

    def screenshots(self, out: str | Path, cell: str | None = None, most: int = 1400) -> list[Path]:
        """Pictures of the whole notebook, cut between cells, none higher than `most` pixels; or of one cell.

        Several pages are called NAME-1.png, NAME-2.png, …
        """
        out, page = Path(out), self.page
        size = page.viewport_size
        try:
            page.set_viewport_size({"width": size["width"], "height": most + 200})
            if cell:
                needed = self.cell(cell).evaluate("(node) => node.offsetHeight") + 200
                page.set_viewport_size({"width": size["width"], "height": max(400, needed)})
                self.settle()
                self.cell(cell).screenshot(path=out)
                return [out]
            self.settle()
            pieces = page.evaluate(_PAGES, most)
            paths = []
            for number, (start, height) in enumerate(pieces, 1):
                paths.append(out if len(pieces) == 1 else out.with_stem(f"{out.stem}-{number}"))
                clip = page.evaluate(_SCROLL, [start, height])
                page.screenshot(path=paths[-1], clip=clip)
            return paths
        finally:
            page.set_viewport_size(size)

    def close(self) -> None:
        """Closes the notebook and ends its kernel. Its window is kept for the next one, where it is as new:
        to load JupyterLab takes five times as long as to open a notebook in it."""
        if self._closed:  # the notebook may be open again, with a kernel that is not ours to end
            return
        self._closed = True
        for source, event, listener in self._listeners:
            source.remove_listener(event, listener)
        try:
            as_new = not self.lab.as_given and self.page.evaluate(_CLOSE)
        except Error:
            as_new = False
        if as_new:
            self.lab._windows.append(self.page)
        else:
            self.page.context.close()
        for session in self.lab.api("sessions"):
            if self.lab.folder / "work" / session["path"] == self.path:
                self.lab.api(f"sessions/{session['id']}", "DELETE")

    def __enter__(self) -> "NotebookPage":
        return self

    def __exit__(self, *_):
        self.close()


_PANEL = "jupyterapp.shell.currentWidget"
_CELLS = f"{_PANEL}.content.widgets"
# The status bar alone says Idle before the kernel can be used: Run All would then ask to choose a kernel.
_READY = """(path) => {
  const panel = window.jupyterapp?.shell?.currentWidget;
  return panel?.context?.isReady && (!path || panel.context.path === path) && panel.sessionContext?.isReady
    && panel.sessionContext.session?.kernel?.status === "idle";
}"""
# Whether nothing is left of what was open; a dialog that nobody has answered is.
_CLOSE = """async () => {
  if (!window.jupyterapp) return false;
  const open = [...jupyterapp.shell.widgets("main")];
  for (const widget of open) await widget.sessionContext?.shutdown();
  for (const widget of open) widget.dispose();
  return !document.querySelector(".jp-Dialog");
}"""
# JupyterLab shows its launcher when the last document is closed.
_ALONE = f"""() => [...jupyterapp.shell.widgets("main")].forEach((widget) => {{
  if (widget !== {_PANEL}) widget.dispose();
}})"""
_TIDY_PAGE = """() => { jupyterapp.shell.collapseLeft(); jupyterapp.shell.collapseRight(); }"""
_NAME_CELLS = f"""() => {{
  const name = () => {{ for (const cell of {_CELLS}) cell.node.dataset.cellId = cell.model.id; }};
  name();
  {_PANEL}.content.model.cells.changed.connect(() => setTimeout(name));
}}"""
_DEADLINE = """const deadline = (work, ms) =>
  Promise.race([work.then(() => true), new Promise((r) => setTimeout(r, ms, false))]);"""
_ERRORS = f"""() => {_CELLS}
  .filter((cell) => cell.model.type === "code"
    && !(cell.model.getMetadata("tags") ?? []).includes("raises-exception"))
  .flatMap((cell) => cell.model.outputs.toJSON()
    .filter((output) => output.output_type === "error")
    .map((output) => `${{cell.model.id}}: ${{output.ename}}: ${{output.evalue}}`))"""
_DIED = "died"
# After a cell that may raise, JupyterLab's command is over before the cells after it have run. A kernel that
# dies is started anew, idle, with nothing left to run.
_RUN_ALL = f"""async (ms) => {{
  {_DEADLINE}
  const errors = {_ERRORS}, session = {_PANEL}.sessionContext;
  const death = new Promise((died) => session.statusChanged.connect((_, status) => {{
    if (status === "autorestarting" || status === "dead") died({_DIED!r});
  }}));
  const ran = () => {_CELLS}.every((cell) => cell.model.type !== "code"
    || !cell.model.sharedModel.getSource().trim() || cell.model.executionCount !== null);
  const all = async () => {{
    await jupyterapp.commands.execute("notebook:run-all-cells");
    while (!ran() && !errors().length) await new Promise((r) => setTimeout(r, 50));
  }};
  const end = await Promise.race([deadline(all(), ms), death]);
  if (end) return end === true ? null : end;
  const busy = {_CELLS}.find((cell) => /\\*/.test(cell.promptNode?.textContent ?? ""));
  return busy?.model.id ?? "?";
}}"""
_RUN_CELL = f"""async ([id, ms]) => {{
  {_DEADLINE}
  {_PANEL}.content.activeCellIndex = {_CELLS}.findIndex((cell) => cell.model.id === id);
  return (await deadline(jupyterapp.commands.execute("notebook:run-cell"), ms)) ? null : id;
}}"""
_WRITE = f"""([id, source]) =>
  {_CELLS}.find((cell) => cell.model.id === id).model.sharedModel.setSource(source)"""
_EVALUATE = f"""async (expression) => {{
  const kernel = {_PANEL}.sessionContext.session.kernel;
  const reply = (await kernel.requestExecute({{
    code: "", silent: true, store_history: false, user_expressions: {{ value: expression }} }}).done).content;
  const value = reply.user_expressions.value;
  if (value.status !== "ok") throw new Error(`${{value.ename}}: ${{value.evalue}}`);
  return value.data["text/plain"];
}}"""
_SCROLLER = f'{_PANEL}.content.node.querySelector(".jp-WindowedPanel-outer")'
_PAGES = f"""(most) => {{
  const outer = {_SCROLLER}, top = outer.getBoundingClientRect().top - outer.scrollTop;
  const room = Math.min(most, outer.clientHeight);
  const ends = {_CELLS}.map((cell) => cell.node.getBoundingClientRect().bottom - top);
  const end = ends.at(-1) + 8, pages = [];
  for (let start = 0; start < end - 1;) {{
    const fits = ends.filter((bottom) => bottom > start + room * 0.4 && bottom <= start + room).at(-1);
    const next = end - start <= room ? end : fits ?? start + room;
    pages.push([start, next - start]);
    start = next;
  }}
  return pages;
}}"""
_SCROLL = f"""async ([start, height]) => {{
  const outer = {_SCROLLER};
  outer.scrollTop = start;
  await new Promise((r) => setTimeout(() => requestAnimationFrame(r), 60));
  const box = outer.getBoundingClientRect();
  return {{ x: box.left, y: box.top + start - outer.scrollTop, width: box.width, height }};
}}"""
