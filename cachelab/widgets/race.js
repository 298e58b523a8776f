export default widget(({ root, signal, get, send, watch, isStatic }) => {
  root.classList.add("race");
  const title = html("div", { class: "race-title" });
  const steps = stepper(root, { signal, go: (step) => send({ step }) });
  const server = replayPanel(() => send({ replays: get("replays") + 1 }));
  root.append(title, steps.element, server.element);
  watch(["scene"], (scene) => { title.textContent = scene.title; });
  watch(["scene", "step", "replay"], (scene, step, replay) => {
    steps.show({ scene, step, replay: replay.answers ?? null });
  });
  watch(["replay"], (replay) => server.show(replay));
  server.element.hidden = isStatic || !get("can_replay");
});

// Running the same schedule against the real server: a button and what came of it, in words.
function replayPanel(run) {
  const { element: said, say } = status({ class: "status" });
  const start = button("Replay on the real server", run);
  const element = html("div", { class: "race-replay" }, start, said);
  return {
    element,
    show({ state = "idle", words = "" }) {
      start.disabled = state === "running";
      said.className = `status ${state}`;
      say(words);
    },
  };
}
