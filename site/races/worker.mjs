// Python, away from the page: it may be busy for long, and "Stop" ends it whatever it does.
import { loadPyodide } from "./pyodide/pyodide.mjs";

const sources = fetch(new URL("explorer.zip", import.meta.url)).then((answer) => answer.arrayBuffer());
const python = await loadPyodide();
python.unpackArchive(await sources, "zip", { extractDir: "/lib/python3.14/site-packages" });
const { answer } = python.pyimport("asked");
self.onmessage = ({ data }) => self.postMessage(JSON.parse(answer(JSON.stringify(data))));
self.postMessage({ ready: true });
