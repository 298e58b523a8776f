export default widget(({ root, model, signal, get, send, watch, isStatic }) => {
  root.classList.add("race", "matrix");
  const rows = get("rows"), columns = get("columns");
  const marks = { ".": "○", t: "t", X: "✕", yes: "yes", no: "no" };
  const look = (mark) => ({ ".": "holds", t: "bounded", X: "broken", yes: "holds", no: "broken" })[mark in marks ? mark : mark[0]];
  const sign = (mark) => (mark in marks ? marks[mark] : marks[mark[0]] + mark.slice(1));
  const buttons = rows.map((row, r) => row.cells.map((cell, c) => cell.parts.length === 0 ? null : html("button", {
    type: "button", tabindex: -1, disabled: isStatic,
    "aria-label": `${row.name}, ${columns[c]}: ${wordsOf(cell)}`,
    onclick: () => { focusOn(r, c); if (!isStatic) model.send({ row: r, column: c }); },
  }, ...cell.parts.flatMap((part, i) => [i ? html("span", { class: "over" }, "/") : null,
    html("span", { class: `mark ${look(part.mark)}` }, sign(part.mark))]))));
  function hyphened(name) { // where a long word may break, if it must
    return name.replace("linearizable", "linear\u00adiz\u00adable").replace("snapshot", "snap\u00adshot");
  }
  function wordsOf({ parts }) {
    return parts.length === 1 ? parts[0].words : `${parts[0].words} with two clients, ${parts[1].words} with three`;
  }
  const grid = html("table", { class: "matrix-grid", role: "grid", "aria-label": get("label") },
    html("thead", {}, html("tr", {}, html("td", {}), ...columns.map((name) => html("th", { scope: "col" }, hyphened(name))))),
    html("tbody", {}, ...rows.map((row, r) => html("tr", {}, html("th", { scope: "row" }, row.name),
      ...buttons[r].map((one) => html("td", {}, one))))));
  const meaning = (as, mark, words, look) => [html("span", {}, html(as, { class: look }, mark), ` ${words}`), "   "];
  const key = html("p", { class: "note" },
    ...meaning("span", "○", "no violation within the bounds", "mark holds"), ...meaning("span", "t", "stale until the TTL", "mark bounded"),
    ...meaning("span", "✕", "stale for good", "mark broken"), ...meaning("b", "K", "stuck"), ...meaning("b", "d", "dirty read"),
    "left of / with two clients, right of it with three. ",
    isStatic ? "In a live notebook each cell opens its race." : "Choose a cell to see its race.");
  const { element: said, say } = status({ class: "status race-say" });
  const steps = stepper(root, { signal, go: (step) => send({ step }) });
  const scroll = html("div", { class: "matrix-scroll" }, grid);
  root.append(scroll, key, said, steps.element);

  let here = [0, buttons[0].findIndex(Boolean)];
  buttons[here[0]][here[1]].tabIndex = 0;
  function focusOn(r, c) {
    buttons[here[0]][here[1]].tabIndex = -1;
    here = [r, c];
    buttons[r][c].tabIndex = 0;
    buttons[r][c].focus({ preventScroll: false });
  }
  const moves = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
  grid.addEventListener("keydown", (event) => {
    let to = event.key === "Home" ? [here[0], 0] : event.key === "End" ? [here[0], columns.length - 1]
      : moves[event.key]?.map((by, i) => here[i] + by);
    if (!to) return;
    event.preventDefault();
    const by = moves[event.key];
    while (by && buttons[to[0]]?.[to[1]] === null) to = to.map((at, i) => at + by[i]); // over what is blank
    if (buttons[to[0]]?.[to[1]]) focusOn(...to);
  });

  watch(["chosen"], (chosen) => {
    buttons.forEach((row, r) => row.forEach((one, c) => {
      const on = r === chosen[0] && c === chosen[1];
      one?.classList.toggle("chosen", on);
      one?.parentElement.setAttribute("aria-selected", on);
    }));
  });
  watch(["said"], say);
  let shown = get("scene");
  watch(["scene", "step"], (scene, step) => {
    steps.element.hidden = !scene.steps;
    if (!scene.steps) return;
    steps.show({ scene, step });
    // The race may begin below the window: then the grid moves up, and both can be seen.
    const hidden = steps.element.getBoundingClientRect().top > window.innerHeight - 240;
    if (scene !== shown && hidden) scroll.scrollIntoView({ block: "start" });
    shown = scene;
  });
});
