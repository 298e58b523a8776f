export default widget(({ root, model, signal, get, send, watch, isStatic }) => {
  root.classList.add("race");
  const title = html("div", { class: "race-title" });
  const start = button("Replay on the real server", () => model.send({ do: "replay" }));
  const { element: said, say } = status();
  const replayed = html("div", { class: "race-replay", hidden: isStatic && !get("replay").words }, start, said);
  const steps = stepper(root, { signal, go: (step) => send({ step }), foot: [replayed] });
  root.append(title, steps.element);
  start.hidden = isStatic;
  watch(["scene"], (scene) => { title.textContent = scene.title; });
  watch(["scene", "step", "replay"], (scene, step, replay) => steps.show({ scene, step, replay: replay.answers ?? null }));
  watch(["replay"], ({ state = "idle", words = "", answers }) => {
    start.disabled = state === "running";
    said.className = `status ${state}`;
    say(words);
    if (answers) root.querySelector("details").open = true; // answer beside answer
  });
});
