// The mark's shape and the word beside it say the state; colour only repeats it.
const mark = (state) => (state === "solved" ? "✓" : state.startsWith("tried") ? "◐" : "○");

export default widget(({ root, get, send, watch, isStatic }) => {
  root.classList.add("progress");
  const list = html("div");
  const last = html("p", { class: "quiet" });
  root.append(list, last);

  watch(["lessons"], (lessons) => list.replaceChildren(...lessons.map(({ name, solved, exercises }) =>
    html("section", {},
      html("h4", {}, `${name} · ${solved} of ${exercises.length} solved`),
      html("ul", {}, ...exercises.map((entry) =>
        html("li", { "data-state": entry.state === "solved" ? "solved" : "open" },
          html("span", { class: "mark", "aria-hidden": "true" }, mark(entry.state)),
          html("span", {}, entry.name), html("span", { class: "state" }, entry.state))))))));
  watch(["last"], (text) => { last.textContent = text; });
  if (isStatic) return;

  const code = html("input", { type: "text", readonly: true, id: unique("code") });
  const paste = html("input", { type: "text", id: unique("paste"), placeholder: "cachelab-…" });
  const { element: said, say } = status();
  const copy = button("Copy", async () => {
    code.select();
    try { await navigator.clipboard.writeText(code.value); say("Copied."); }
    catch { say("Selected: press Ctrl or Cmd and C to copy."); }
  });
  const take = button("Take over", () => { if (paste.value.trim()) { send({ pasted: paste.value }); paste.value = ""; } });
  root.append(
    button("Look again", () => send({ looks: get("looks") + 1 })),
    html("details", {}, html("summary", {}, "Carry it to another machine"),
      html("div", { class: "carry" }, html("label", { for: code.id }, "Your code"), code, copy,
        html("label", { for: paste.id }, "A code from elsewhere"), paste, take)),
    said);
  watch(["code"], (text) => { code.value = text; });
  watch(["said"], (text) => say(text));
});
