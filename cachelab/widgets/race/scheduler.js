export default widget(({ root, model, signal, get, watch, isStatic }) => {
  root.classList.add("race", "scheduler");
  const ask = (what, extra = {}) => { if (!isStatic) model.send({ do: what, ...extra }); };
  const title = html("div", { class: "race-title" });
  const moves = html("div", { class: "moves", role: "group", "aria-label": "Who moves next?" });
  const undo = button("Undo", () => ask("undo"));
  const again = button("Start again", () => ask("again"));
  const hint = button("Hint", () => ask("hint"));
  const { element: said, say } = status({ class: "status" });
  const tools = html("div", { class: "race-controls" }, undo, again, hint, html("span", { class: "race-gap" }), fullScreen(root));
  const keys = { Backspace: () => ask("undo"), ArrowLeft: () => ask("undo"), u: () => ask("undo"), h: () => ask("hint") };
  for (let i = 1; i <= 9; i++) keys[i] = () => choose(i - 1);
  const view = stage(root, { signal, pick: (to) => ask("back to", { step: to }), keys, controls: (verdict) => [verdict, moves, tools, said],
    help: "The schedule so far. The digits choose who moves, Backspace takes a move back, h gives a hint." });
  root.append(title, view.element);
  challenges(root, watch);
  if (isStatic) tools.replaceChildren(html("div", { class: "note" }, "In a live notebook you choose who moves next."));

  let options = [];
  function choose(i) {
    if (i < options.length) ask("move", { move: i });
  }

  watch(["scene", "moves", "hinted", "said"], (scene, given, hinted, words) => {
    options = given;
    title.textContent = scene.title;
    view.show({ scene, step: scene.steps.length });
    const inside = moves.contains(document.activeElement);
    const choice = (option, i) => html("button", { type: "button", disabled: isStatic, onclick: () => choose(i),
        class: `${option.fault ? "fault" : "client"}${hinted === i ? " hinted" : ""}`, title: `${option.client}: ${option.call}` },
      i < 9 ? html("kbd", {}, i + 1) : null, html("b", {}, option.client), ` ${option.call}`,
      hinted === i ? html("em", {}, " ← towards a break") : null);
    const row = (name, faults) => {
      const these = given.map((option, i) => (Boolean(option.fault) === faults ? choice(option, i) : null)).filter(Boolean);
      return these.length ? [html("span", { class: "moves-name" }, name), ...these] : [];
    };
    const none = get("faults") && !given.some((option) => option.fault) && !scene.steps.length
      ? html("span", { class: "moves-name quiet" }, "Or a fault: none can happen before the first move.") : "";
    moves.replaceChildren(...row("Who moves next?", false), ...row("Or a fault:", true), none);
    moves.hidden = !given.length; // the verdict stands in their place
    undo.disabled = again.disabled = scene.steps.length === 0;
    hint.disabled = given.length === 0;
    say(words);
    if (inside) (moves.querySelector("button") ?? undo).focus({ preventScroll: true });
  });
});
