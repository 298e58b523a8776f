export default widget(({ root, signal, get, send, watch, isStatic }) => {
  const panel = controlRow({ get, send, watch, isStatic });
  const { element: said, say } = status({ class: "status sentence" });
  const place = html("div"), lower = html("div");
  root.classList.add("bench");
  root.append(panel, said, place, lower);
  challenges(root, watch);
  if (isStatic) panel.append(html("div", { class: "note" }, "The sliders work in a live notebook; this is a saved picture."));
  const draw = plot(place, signal);
  if (get("under")?.series) {
    const drawLower = plot(lower, signal);
    watch(["under"], drawLower);
  }
  watch(["spec"], (figure) => {
    place.hidden = figure.series.length + figure.marks.length === 0;
    draw(figure);
  });
  watch(["sentence", "failure"], (sentence, failure) => {
    say(failure || sentence);
    said.classList.toggle("failed", failure !== "");
  });
});
