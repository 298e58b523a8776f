// The mark's shape and the word beside it say the state; colour only repeats it.
const mark = (state) => (state === "solved" ? "✓" : state.startsWith("tried") ? "◐" : "–");

export default widget(({ root, get, send, watch, isStatic }) => {
  root.classList.add("progress");
  const list = html("div");
  const last = html("p", { class: "quiet" });
  root.append(list, last);

  // One line a lesson, which unfolds; of a single lesson everything. What was unfolded stays so.
  watch(["lessons"], (lessons) => {
    const open = new Set([...list.querySelectorAll("details[open]")].map((one) => one.dataset.name));
    list.replaceChildren(...lessons.map(({ name, solved, exercises }) => {
      const all = solved === exercises.length ? "solved" : solved || exercises.some(({ state }) => state.startsWith("tried")) ? "tried" : "";
      return html("details", { "data-name": name, open: lessons.length === 1 || open.has(name) },
        html("summary", {}, html("span", { class: "mark", "data-state": all, "aria-hidden": "true" }, mark(all)),
          html("b", {}, name), html("span", { class: "state" }, `${solved} of ${exercises.length} solved`)),
        html("ul", {}, ...exercises.map((entry) =>
          html("li", {},
            html("span", { class: "mark", "data-state": entry.state, "aria-hidden": "true" }, mark(entry.state)),
            html("span", {}, entry.name), html("span", { class: "state" }, entry.state)))));
    }));
  });
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
  const told = html("div", { class: "told" }, html("p"), button("Leave the class", () => send({ leaves: get("leaves") + 1 })));
  watch(["told"], (text) => {
    told.firstChild.textContent = text;
    told.hidden = !text;
  });
  root.append(told,
    button("Look again", () => send({ looks: get("looks") + 1 })),
    html("details", {}, html("summary", {}, "Carry it to another machine"),
      html("div", { class: "carry" }, html("label", { for: code.id }, "Your code"), code, copy,
        html("label", { for: paste.id }, "A code from elsewhere"), paste, take)),
    said);
  watch(["code"], (text) => { code.value = text; });
  watch(["said"], (text) => say(text));
});
