export default widget(({ root, model, signal, get, send, watch, isStatic }) => {
  const ask = (deed) => () => model.send({ do: deed });
  const run = button("Start", () => ask(get("running") ? "stop" : "start")(), { class: "primary" });
  const switches = html("div", { class: "switches" }, run,
    button("Kill the cache", ask("kill")), button("Restart the cache", ask("restart")));
  const panel = controlRow({ get, send, watch, isStatic });
  panel.append(switches);
  const { element: said, say } = status();
  const trouble = html("div", { class: "trouble" });
  const tiles = html("dl", { class: "tiles" });
  const places = get("pictures").map(() => html("div"));
  root.classList.add("traffic");
  root.append(panel, said, trouble, tiles, html("div", { class: "charts" }, ...places));
  challenges(root, watch);
  if (isStatic) {
    for (const one of panel.querySelectorAll("button")) one.disabled = true;
    panel.append(html("div", { class: "note" }, get("recorded") || "This is a saved picture; the bench works in a live notebook."));
  }
  const draws = places.map((place) => plot(place, signal));

  watch(["running"], (running) => { run.textContent = running ? "Stop" : "Start"; });
  watch(["said"], say);
  watch(["trouble"], (words) => { trouble.textContent = words; trouble.hidden = !words; });
  watch(["tiles"], (all) => tiles.replaceChildren(...all.map(([name, value]) =>
    html("div", {}, html("dt", {}, name), html("dd", {}, value)))));
  watch(["pictures"], (pictures) => pictures.forEach((picture, i) => draws[i](picture)));
});
