// The page: a question in a form, Python in a worker, the answer in the course's own diagram.
import race from "./race.mjs";

const FIELDS = ["code", "clients", "fault", "cache"];
const at = (id) => document.getElementById(id);
const examples = JSON.parse(at("examples").textContent);

// --- the question ---

for (const { name } of examples) at("example").add(new Option(name));
at("example").onchange = () => ask(examples[at("example").selectedIndex]);

function ask(question) {
  for (const id of FIELDS) at(id).value = question[id];
}

const asked = () => Object.fromEntries(FIELDS.map((id) => [id, at(id).value]));

const fits = (question) => FIELDS.every((id) => typeof question?.[id] === "string"
  && (!at(id).options || [...at(id).options].some((one) => one.value === question[id])));

// --- what the visitor wrote, kept in this browser: a page that is left or lost takes none of it along ---

const KEPT = "cachelab-question";

at("question").oninput = ({ target }) => {
  if (target === at("example")) return; // what was written before is still there on the next visit
  try {
    localStorage.setItem(KEPT, JSON.stringify(asked()));
  } catch {} // no room, or not allowed here
};

function kept() {
  try {
    const question = JSON.parse(localStorage.getItem(KEPT));
    return fits(question) ? question : null;
  } catch {
    return null;
  }
}

// --- the link: the question, packed into the part of an address that is sent to nobody ---

async function through(bytes, stream) {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

async function packed(question) {
  const bytes = await through(new TextEncoder().encode(JSON.stringify(question)), new CompressionStream("deflate-raw"));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
  const question = JSON.parse(new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw"))));
  if (!fits(question)) throw new TypeError("not a question");
  return question;
}

at("share").onclick = async () => {
  history.replaceState(null, "", `#${await packed(asked())}`);
  try {
    await navigator.clipboard.writeText(location.href);
    say("The link is in your clipboard.");
  } catch { // not allowed here
    say("The link is in the address bar.");
  }
};

// True if the address brought somebody else's code: that runs when the visitor has read it and says so.
async function linked() {
  if (location.hash.length < 2) return false;
  try {
    ask(await unpacked(location.hash.slice(1)));
    at("example").selectedIndex = -1;
    return true;
  } catch {
    ask(examples[0]);
    problem("This link is damaged: part of it may be missing. Here is the first example instead.");
    return true;
  }
}
window.onhashchange = async () => { if (await linked() && !bad) say(CAME); };
const YOURS = "This is what you had written here. Press the button, or start from an example.";
const CAME = "This code came with the link. Read it, then press the button.";

// --- the answer ---

let bad = false, drawn = new AbortController();

function say(words, wrong = false) {
  bad = wrong;
  at("said").textContent = words;
}
const problem = (words) => say(words, true);

function show(answer) {
  if (answer.problem) problem(answer.problem);
  else say(answer.headline);
  at("counts").replaceChildren(...[...(answer.counts ?? []), ...(answer.notes ?? [])].map((words) => {
    const line = document.createElement("li");
    line.textContent = words;
    return line;
  }));
  at("bounds").textContent = answer.bounds ?? "";
  drawn.abort();
  drawn = new AbortController();
  at("picture").replaceChildren();
  if (answer.scene) draw(answer.scene, answer.headline);
}

// The widget, on a model that lives in this page.
function draw(scene, label) {
  const state = { scene, label: `Race: ${label}`, step: scene.steps.length, replay: {}, is_static: true };
  const listeners = new Map();
  const model = {
    get: (name) => state[name],
    set(name, value) { state[name] = value; (listeners.get(`change:${name}`) ?? []).forEach((heard) => heard()); },
    on: (event, heard) => listeners.set(event, [...(listeners.get(event) ?? []), heard]),
    off() {}, save_changes() {}, send() {},
  };
  race.render({ model, el: at("picture"), signal: drawn.signal });
}

// --- Python ---

let worker, ready = false, waiting = null;

function start() {
  ready = false;
  worker = new Worker(new URL("worker.mjs", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }) => {
    if (data.ready) {
      ready = true;
      if (waiting) send(waiting);
      else if (!bad && at("said").textContent === LOADING) say("Ready.");
      return;
    }
    busy(false);
    show(data);
  };
  worker.onerror = (event) => {
    busy(false);
    problem(`Python could not be started here: ${event.message ?? "its files did not arrive"}. Load the page again.`);
  };
}
const LOADING = "Python is being loaded …";

function busy(yes) {
  at("run").disabled = yes;
  at("stop").hidden = !yes;
}

function send(question) {
  waiting = null;
  say("Trying every order …");
  worker.postMessage(question);
}

function run() {
  busy(true);
  if (ready) return send(asked());
  waiting = asked();
  say(LOADING);
}

at("question").onsubmit = (event) => {
  event.preventDefault();
  run();
};
at("stop").onclick = () => { // whatever the code does, this ends it
  worker.terminate();
  waiting = null;
  start();
  busy(false);
  show({ problem: "Stopped." });
  at("run").focus();
};
at("code").onkeydown = (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !at("run").disabled) at("question").requestSubmit();
};

start();
ask(examples[0]);
if (await linked()) {
  if (!bad) say(CAME);
} else if (kept()) {
  ask(kept());
  at("example").selectedIndex = -1;
  say(YOURS);
} else run(); // the course's own example
