// The row of sliders and choices of controls.py; a move of one sends the positions of all. Where they stand is
// remembered, also tomorrow: a button puts them back where the lesson has them.
function controlRow({ get, send, watch, isStatic }) {
  const move = (which, position) =>
    send({ positions: get("positions").map((old, i) => (i === which ? position : old)) });
  const controls = get("controls").map(({ kind, label, texts }, which) => kind === "slider"
    ? slider({ label, stops: texts.map((text, value) => ({ text, value })), index: get("positions")[which],
        oninput: (position) => move(which, position) })
    : radios({ label, options: texts, index: get("positions")[which], oninput: (position) => move(which, position) }));
  const back = isStatic ? null : button("Reset", () => send({ positions: [...get("home")] }), { class: "back", title: "Back to where the lesson has them" });
  watch(["positions", "home"], (positions, home) => {
    positions.forEach((position, i) => controls[i].show(position));
    if (back) back.disabled = positions.every((position, i) => position === home[i]);
  });
  const panel = html("div", { class: "controls" }, ...controls.map((control) => control.element), back);
  if (isStatic) for (const input of panel.querySelectorAll("input")) input.disabled = true;
  return panel;
}
