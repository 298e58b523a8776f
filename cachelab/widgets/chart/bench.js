export default widget(({ root, signal, get, send, watch, isStatic }) => {
  const move = (which, position) => {
    send({ positions: get("positions").map((old, i) => (i === which ? position : old)) });
  };
  const controls = get("controls").map(({ kind, label, texts }, which) => kind === "slider"
    ? slider({ label, stops: texts.map((text, value) => ({ text, value })), index: get("positions")[which],
        oninput: (position) => move(which, position) })
    : radios({ label, options: texts, index: get("positions")[which], oninput: (position) => move(which, position) }));
  const panel = html("div", { class: "controls" }, ...controls.map((control) => control.element));
  const { element: said, say } = status({ class: "status sentence" });
  const place = html("div");
  root.classList.add("bench");
  root.append(panel, said, place);
  challenges(root, watch);
  if (isStatic) {
    for (const input of panel.querySelectorAll("input")) input.disabled = true;
    panel.append(html("div", { class: "note" }, "The sliders work in a live notebook; this is a saved picture."));
  }
  const draw = plot(place, signal);
  watch(["positions"], (positions) => positions.forEach((position, i) => controls[i].show(position)));
  watch(["spec"], (figure) => {
    place.hidden = figure.series.length + figure.marks.length === 0;
    draw(figure);
  });
  watch(["sentence", "failure"], (sentence, failure) => {
    say(failure || sentence);
    said.classList.toggle("failed", failure !== "");
  });
});
