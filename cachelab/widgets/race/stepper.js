// Around the diagram of sequence.js: the step in words, the sources, what everybody holds, a table.
//   stage(root, { signal, pick, keys, controls })   the pieces; controls(verdict) stand under the diagram,
//                                                   `keys` maps a key to what it does
//   stepper(root, { signal, go })                   a stage with buttons for walking through it
// `foot` stands last in the column of the diagram.
// Both give { element, show({ scene, step, replay }) }.
const ICONS = {
  first: "M5,4 v12 M16,4 L8,10 L16,16 z",
  back: "M14,4 L6,10 L14,16 z",
  play: "M6,3.5 L16,10 L6,16.5 z",
  pause: "M7,4 v12 M13,4 v12",
  next: "M6,4 L14,10 L6,16 z",
  last: "M15,4 v12 M4,4 L12,10 L4,16 z",
  full: "M4,8 V4 H8 M12,4 H16 V8 M16,12 V16 H12 M8,16 H4 V12",
};
const PACE = 1700; // ms a step, when playing

function iconButton(name, label, act) {
  const path = svg("path", { d: ICONS[name] });
  const icon = svg("svg", { viewBox: "0 0 20 20", "aria-hidden": "true", class: `icon ${name}` }, path);
  const element = html("button", { type: "button", class: "icons", onclick: act }, icon);
  const show = (which, words) => {
    icon.setAttribute("class", `icon ${which}`);
    path.setAttribute("d", ICONS[which]);
    element.setAttribute("aria-label", words);
    element.title = words;
  };
  show(name, label);
  return { element, show };
}

function stage(root, { signal, pick, keys, controls, help, foot = [] }) {
  const { element: said, say } = status({ class: "status race-say" });
  const note = html("div", { class: "race-note" });
  const canvas = html("div", { class: "race-canvas" });
  const figure = html("div", { class: "race-figure", tabindex: 0, role: "group", "aria-label": help }, canvas);
  const code = html("div"), held = html("div", { class: "race-held" }), table = html("div");
  const verdict = html("div", { class: "race-verdict", role: "status" });
  const picture = diagram(canvas, signal, (to) => { pick(to); figure.focus({ preventScroll: true }); });
  const steps = html("details", {}, html("summary", {}, "Every step, as a table"), table);
  const left = html("div", {}, figure, ...controls(verdict), steps, ...foot), side = html("div", {}, code, held);
  const element = html("div", { class: "race-body" },
    html("div", { class: "race-words" }, said, note), html("div", { class: "race-main" }, left, side));

  // What everybody holds stands under the sources, or under the controls if that is higher up: no hole in either column.
  let balanced = null;
  onWidth(canvas, signal, balance); // after the diagram, which has drawn by then
  function balance() {
    const above = (held.parentElement === left ? held : steps).offsetTop - left.offsetTop;
    const under = side.offsetLeft > left.offsetLeft && above < code.offsetHeight;
    if (under !== (held.parentElement === left)) (under ? steps.before(held) : side.append(held));
  }

  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest(".seq-scroll, pre, summary, input")) return;
    if (event.key === " " && event.target.closest("button")) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  return {
    element,
    show({ scene, step, replay = null }) {
      const one = step ? scene.steps[step - 1] : null;
      picture.draw(scene, step);
      say(one ? `${step}. ${one.sentence}` : scene.opening);
      note.textContent = one?.note ?? "";
      note.classList.toggle("stale", Boolean(one?.alarm));
      code.replaceChildren(sources(scene, step));
      held.replaceChildren(holdings(scene, step, replay));
      const end = step === scene.steps.length ? scene.end : null;
      verdict.className = `race-verdict ${end?.mark ?? ""}`;
      verdict.replaceChildren(...(end ? [html("b", {}, end.title), html("span", {}, end.words)] : []));
      table.replaceChildren(stepTable(scene, step, replay));
      const size = `${scene.title} ${scene.rows}`; // the same while it is stepped through
      if (size !== balanced) balance();
      balanced = size;
    },
  };
}

function fullScreen(root) {
  if (!document.fullscreenEnabled) return null;
  const toggle = () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen());
  return iconButton("full", "Full screen", toggle).element;
}

function stepper(root, { signal, go, foot }) {
  let scene = null, step = 0, timer = null;
  const jump = (to) => {
    const target = Math.max(0, Math.min(scene.steps.length, to));
    if (target !== step) go(target);
  };
  const move = (to) => { stop(); jump(to); };
  const next = () => move(step + 1), back = () => move(step - 1);
  const first = () => move(0), last = () => move(scene.steps.length);
  const toggle = () => (timer ? stop() : start());
  const icons = {
    first: iconButton("first", "First (Home)", first),
    back: iconButton("back", "Back (left arrow)", back),
    play: iconButton("play", "Play (space)", toggle),
    next: iconButton("next", "Next (right arrow)", next),
    last: iconButton("last", "Last (End)", last),
  };
  const count = html("output", { class: "race-count" });
  const buttons = html("div", { class: "race-controls", role: "toolbar", "aria-label": "Steps" },
    ...Object.values(icons).map((icon) => icon.element), count, html("span", { class: "race-gap" }), fullScreen(root));
  const view = stage(root, {
    signal, foot, pick: move, controls: (verdict) => [buttons, verdict],
    help: "Schedule. Arrow keys step, space plays, Home and End go to its ends.",
    keys: { ArrowRight: next, ArrowDown: next, ArrowLeft: back, ArrowUp: back, Home: first, End: last, " ": toggle },
  });
  signal?.addEventListener("abort", stop);

  function start() {
    if (step >= scene.steps.length) go(0);
    timer = setInterval(() => {
      jump(step + 1);
      if (step + 1 >= scene.steps.length) stop();
    }, PACE);
    icons.play.show("pause", "Pause (space)");
  }
  function stop() {
    clearInterval(timer);
    timer = null;
    icons.play.show("play", "Play (space)");
  }

  return {
    element: view.element,
    show(given) {
      if (scene && given.scene !== scene) stop();
      ({ scene, step } = given);
      view.show(given);
      count.textContent = `step ${step} of ${scene.steps.length}`;
      icons.first.element.disabled = icons.back.element.disabled = step === 0;
      icons.next.element.disabled = icons.last.element.disabled = step === scene.steps.length;
    },
  };
}
