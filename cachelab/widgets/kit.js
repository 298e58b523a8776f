// What every widget of the course shares. Python puts this text before each widget's own file,
// so a widget uses these functions without importing them.

// anywidget 0.11 gives a widget two seconds to load. One that is late is drawn all the same, but hears nothing
// from Python any more (`Failed to initialize model`): on a busy machine, a bench without answers. There is no
// option for it, so the first widget of a page gives those after it two minutes. Whoever else waits for two
// seconds in this page goes on doing so: the first lines of a trace name the file that asks.
if (!AbortSignal.timeout.patient) {
  const { timeout } = AbortSignal;
  const late = () => /anywidget/.test(new Error().stack.split("\n").slice(1, 4).join());
  const patient = (milliseconds) => timeout.call(AbortSignal, milliseconds === 2000 && late() ? 120_000 : milliseconds);
  AbortSignal.timeout = Object.assign(patient, { patient: true });
}

// An element: html("button", { class: "quiet", onclick: f, disabled: true }, "Run", child).
// null, undefined and false attributes are left out; a child is a node or a text.
function html(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// The one way to make a view. `draw` gets
//   root            the element to fill: labelled, and keys pressed inside it stay inside it
//   model, signal   anywidget's own
//   get(name)       a trait's value
//   send(changes)   set traits and tell Python
//   watch(names, f) f(...values) now, and again (at most once a frame) after any of them changes
//   isStatic        true in an exported page: there is no Python to answer
function widget(draw) {
  return {
    render({ model, el, signal }) {
      const root = html("div", { class: "cachelab", role: "group" });
      keepKeys(root, signal);
      keepFocus(root, signal);
      el.replaceChildren(root);
      const get = (name) => model.get(name) ?? null; // a kernel in the browser sends undefined for None
      const send = (changes) => {
        for (const [name, value] of Object.entries(changes)) model.set(name, value);
        model.save_changes();
      };
      const watch = (names, f) => {
        const run = () => f(...names.map(get));
        // At once, so that a slider feels attached; then not again before the next frame.
        let resting = true, again = false;
        const soon = () => {
          if (!resting) { again = true; return; }
          resting = false;
          queueMicrotask(run); // after all changes of one message
          requestAnimationFrame(() => {
            resting = true;
            if (again) { again = false; soon(); }
          });
        };
        for (const name of names) {
          model.on(`change:${name}`, soon);
          signal?.addEventListener("abort", () => model.off(`change:${name}`, soon));
        }
        run();
      };
      watch(["label"], (label) => root.setAttribute("aria-label", label || "widget"));
      // JupyterLab's word that the kernel was restarted: what was drawn stays, and no control may look alive.
      model.on("comm_live_update", () => orphan(root));
      const drawn = draw({ model, root, signal, get, send, watch, isStatic: get("is_static") === true });
      if (el.closest(".jupyter-widgets-disconnected")) saved(root); // reopened: its Python is gone
      return drawn;
    },
  };
}

function orphan(root) {
  if (silence(root)) {
    root.prepend(html("p", { class: "orphan", role: "status" }, "The kernel was restarted. Run the cells again, from the first one to this one."));
  }
}

// A notebook that was saved, closed and opened again shows what it showed.
function saved(root) {
  const used = silence(root) ? " To use it, run the cells again, from the first one to this one." : "";
  root.append(html("p", { class: "saved" }, `Saved, from an earlier run.${used}`));
}

// No control looks alive; true if one did.
function silence(root) {
  const alive = [...root.querySelectorAll("button, input, select")].filter((control) => !control.disabled);
  const seen = alive.some((control) => (root.isConnected ? control.checkVisibility() : !control.closest("[hidden]")));
  for (const control of alive) control.disabled = true;
  return seen;
}

// JupyterLab listens for single keys on the document: "d d" on a focused widget would delete its cell.
// Shortcuts with Ctrl or Cmd pass, except Enter, which would run the cell again and lose what was entered.
// Escape leads out of the widget, to its cell: from there the notebook's own keys work.
// Notebook 7 and JupyterLite's notebook hear of a key on its way down, before the widget does. They leave it
// alone where the element in focus says so, and the window is the one place that hears of it earlier still.
function keepKeys(element, signal) {
  const passes = (event) => (event.ctrlKey || event.metaKey) && event.key !== "Enter";
  window.addEventListener("keydown", (event) => {
    if (element.contains(event.target)) event.target.toggleAttribute("data-lm-suppress-shortcuts", !passes(event));
  }, { capture: true, signal });
  element.addEventListener("keydown", (event) => {
    if (passes(event)) return;
    event.stopPropagation();
    if (event.key === "Escape" && !event.defaultPrevented) element.closest(".jp-Notebook .jp-Cell")?.focus();
  });
}

// A button that was pressed and is then disabled, or redrawn, would let the focus fall to the page, and the
// next key go to nobody. It moves to the control after it in the same group, or the one before, or outwards:
// a group's own place is the element marked data-home, if there is one.
function keepFocus(root, signal) {
  const usable = (element) => element.isConnected && !element.disabled && element.checkVisibility();
  let last = null, groups = [];
  root.addEventListener("focusin", (event) => {
    last = event.target;
    groups = [];
    for (let up = last.parentElement; up && root.contains(up); up = up.parentElement) groups.push(up);
  });
  root.addEventListener("focusout", () => queueMicrotask(() => {
    if (last && usable(last) && document.activeElement !== last) last = null; // left on purpose
  }));
  const observer = new MutationObserver(() => {
    // A browser keeps a disabled element focused until it draws again.
    if (!last || usable(last) || ![document.body, null, last].includes(document.activeElement)) return;
    const lost = last;
    for (const group of groups.filter((group) => group.isConnected)) {
      const controls = [...group.querySelectorAll("button, input, select, textarea, summary, [tabindex='0']")]
        .filter((control) => usable(control) && control.tabIndex >= 0);
      const after = (control) => lost.compareDocumentPosition(control) & Node.DOCUMENT_POSITION_FOLLOWING;
      const home = [...group.querySelectorAll("[data-home]")].find(usable);
      const next = home ?? controls.find(after) ?? controls.at(-1);
      if (next) return next.focus({ preventScroll: true });
    }
    root.tabIndex = -1;
    root.focus({ preventScroll: true });
  });
  observer.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ["disabled", "hidden"] });
  signal?.addEventListener("abort", () => observer.disconnect());
}

// A live region: say("...") is read out once the reader is idle.
function status(attributes = {}) {
  const element = html("div", { role: "status", "aria-live": "polite", class: "status", ...attributes });
  const say = (text) => { if (element.textContent !== text) element.textContent = text; };
  return { element, say };
}

// Names that are unique in the page, for label/input pairs and radio groups.
let uniqueCount = 0;
function unique(prefix) {
  return `${prefix}-${Math.random().toString(36).slice(2, 8)}-${++uniqueCount}`;
}

function button(text, onclick, attributes = {}) {
  return html("button", { type: "button", onclick, ...attributes }, text);
}

// A labelled native slider over `stops`, a list of { value, text }: linear, logarithmic, or any list.
function slider({ label, stops, index, oninput }) {
  const id = unique("slider");
  const output = html("output", { for: id, "aria-live": "off" }); // the slider itself says it
  const input = html("input", { type: "range", id, min: 0, max: stops.length - 1, step: 1 });
  const show = (position) => {
    input.value = position;
    input.setAttribute("aria-valuetext", stops[position].text);
    input.style.setProperty("--filled", `${(100 * position) / Math.max(1, stops.length - 1)}%`);
    output.textContent = stops[position].text;
  };
  input.addEventListener("input", () => { show(+input.value); oninput(stops[+input.value].value); });
  show(index);
  const element = html("div", { class: "control" }, html("label", { for: id }, label), input, output);
  return { element, input, show };
}

// A fieldset of native radio buttons.
function radios({ label, options, index, oninput }) {
  const name = unique("choice");
  const inputs = options.map((_, i) =>
    html("input", { type: "radio", name, checked: i === index, onchange: () => oninput(i) }));
  const element = html("fieldset", { class: "control choice" }, html("legend", {}, label),
    html("div", {}, ...options.map((text, i) => html("label", {}, inputs[i], text))));
  return { element, inputs, show: (i) => inputs.forEach((input, j) => { input.checked = i === j; }) };
}

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Calls f(width) now and whenever the element's width changes.
function onWidth(element, signal, f) {
  let last = -1;
  const observer = new ResizeObserver(() => {
    const width = Math.floor(element.clientWidth);
    if (width > 0 && width !== last) f((last = width));
  });
  observer.observe(element);
  signal?.addEventListener("abort", () => observer.disconnect());
}

// A number as people write it; the same rules as quantity() in quantity.py, and a test holds them together.
// `like` fixes the prefix, so that the ticks of one axis share it.
const PREFIXES = {
  s: [[86400, " d"], [3600, " h"], [60, " min"], [1, " s"], [1e-3, " ms"], [1e-6, " µs"], [1e-9, " ns"]],
  B: [[2 ** 40, " TiB"], [2 ** 30, " GiB"], [2 ** 20, " MiB"], [2 ** 10, " KiB"], [1, " B"]],
  "%": [[0.01, "%"]],
  "": [[1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""]],
};

function prefix(value, unit) {
  const size = Math.abs(value);
  if (unit === "s") {
    if (size === 0) return [1, " s"];
    const from = size >= 120 ? 0 : 3; // 90 s, not 1.5 min
    return PREFIXES.s.slice(from).find(([factor]) => size >= factor * (from ? 1 : 2)) ?? PREFIXES.s.at(-1);
  }
  if (unit in PREFIXES && unit !== "") {
    return PREFIXES[unit].find(([factor]) => size >= factor) ?? PREFIXES[unit].at(-1);
  }
  const tail = unit === "" || unit === "$" ? "" : unit.startsWith("/") ? unit : ` ${unit}`;
  const [factor, letter] = size < 1e4 ? [1, ""] : PREFIXES[""].find(([f]) => size >= f);
  return [factor, letter + tail];
}

function quantity(value, unit = "", like = value) {
  if (value === null || !Number.isFinite(value)) return "–";
  const [factor, tail] = prefix(like, unit);
  const scaled = Math.abs(value / factor);
  let digits;
  if (scaled >= 1e15) digits = scaled.toPrecision(3);
  else if (Number.isInteger(scaled) && scaled < 1e4) digits = decimals(scaled, 0, 0);
  else if (unit === "%" && scaled > 99 && scaled < 100) digits = decimals(scaled, 0, 2);
  else if (unit === "$" && scaled >= 0.01) digits = scaled < 100 ? decimals(scaled, 2, 2) : decimals(scaled, 0, 0);
  else digits = decimals(Number(scaled.toPrecision(3)), 0, 20);
  return (value < 0 ? "−" : "") + (unit === "$" ? "$" : "") + digits + tail;
}

function decimals(number, least, most) {
  return number.toLocaleString("en-US", { minimumFractionDigits: least, maximumFractionDigits: most });
}
