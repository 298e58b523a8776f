export default widget(({ root, model, signal, get, send, watch, isStatic }) => {
  const ask = (deed) => () => model.send({ do: deed });
  const turn = (which, position) =>
    send({ positions: get("positions").map((old, i) => (i === which ? position : old)) });
  const controls = get("controls").map(({ label, texts }, which) => slider({
    label, stops: texts.map((text, value) => ({ text, value })), index: get("positions")[which],
    oninput: (position) => turn(which, position),
  }));
  const run = button("Start", () => ask(get("running") ? "stop" : "start")(), { class: "primary" });
  const switches = html("div", { class: "switches" }, run,
    button("Kill the cache", ask("kill")), button("Restart the cache", ask("restart")));
  const panel = html("div", { class: "controls" }, ...controls.map((control) => control.element), switches);
  const { element: said, say } = status();
  const trouble = html("div", { class: "trouble" });
  const tiles = html("dl", { class: "tiles" });
  const places = get("pictures").map(() => html("div"));
  root.classList.add("traffic");
  root.append(panel, said, trouble, tiles, html("div", { class: "charts" }, ...places));
  challenges(root, watch);
  if (isStatic) {
    for (const one of panel.querySelectorAll("input, button")) one.disabled = true;
    panel.append(html("div", { class: "note" }, get("recorded") || "This is a saved picture; the bench works in a live notebook."));
  }
  const draws = places.map((place) => plot(place, signal));

  watch(["positions"], (positions) => positions.forEach((position, i) => controls[i].show(position)));
  watch(["running"], (running) => { run.textContent = running ? "Stop" : "Start"; });
  watch(["said"], say);
  watch(["trouble"], (words) => { trouble.textContent = words; trouble.hidden = !words; });
  watch(["tiles"], (all) => tiles.replaceChildren(...all.map(([name, value]) =>
    html("div", {}, html("dt", {}, name), html("dd", {}, value)))));
  watch(["pictures"], (pictures) => pictures.forEach((picture, i) => draws[i](picture)));
});
