export default widget(({ root, get, send, watch, isStatic }) => {
  const answer = (name, value) => send({ values: { ...get("values"), [name]: value } });
  const fields = new Map(get("fields").map((field) => [field.name, control(field)]));
  const meanings = get("steps").map(() => html("p", { class: "meaning" }));
  const steps = get("steps").map((title, i) => html("fieldset", {}, html("legend", {}, `${i + 1}. ${title}`),
    ...get("fields").filter(({ step }) => step === i + 1).map(({ name }) => fields.get(name).element),
    meanings[i]));

  const { element: verdict, say } = status({ class: "verdict" });
  const price = html("div", { class: "price" });
  const basis = html("div", { class: "note" });
  const names = Object.keys(get("spellings"));
  let shown = names[0], before = {};
  const tabs = radios({ label: "Written as", options: names, index: 0, oninput: (i) => { shown = names[i]; spell(); } });
  tabs.element.querySelector("legend").classList.add("hidden");
  const code = html("pre", { tabindex: 0, "aria-label": "The request" });

  root.classList.add("order");
  root.append(html("div", { class: "asked" }, ...steps),
    html("div", { class: "answered" }, verdict, price, basis, tabs.element, code));
  challenges(root, watch);
  if (isStatic) {
    for (const one of root.querySelectorAll(".asked input, .asked select")) one.disabled = true;
    root.append(html("div", { class: "note" }, "This is a saved page; the form works in a live notebook."));
  }

  watch(["values", "hidden"], (values, hidden) => {
    for (const [name, field] of fields) {
      field.show(values[name]);
      field.element.hidden = hidden.includes(name);
    }
  });
  watch(["meanings"], (all) => all.forEach((words, i) => { meanings[i].textContent = words; }));
  watch(["verdict"], ({ state, words }) => {
    verdict.dataset.state = state;
    say(`${{ taken: "✓", refused: "✗", unknown: "?" }[state]} ${words}`);
  });
  watch(["price", "basis"], (amount, how) => { price.textContent = amount; basis.textContent = how; });
  watch(["spellings"], (now) => { spell(); before = now; });

  // The lines that the last answer added or changed are marked.
  function spell() {
    const text = get("spellings")[shown];
    const old = new Set((before[shown] ?? text).split("\n").map(bare));
    code.replaceChildren(...text.split("\n").map((line) => {
      const fresh = !old.has(bare(line));
      return html("span", { class: fresh ? "line fresh" : "line" }, `${line}\n`);
    }));
  }

  function bare(line) { return line.replace(/ \\$/, ""); }

  function control({ name, kind, label, options }) {
    const id = unique(name);
    if (kind === "radio") {
      const made = radios({ label, options: options.map(({ text }) => text), index: 0,
        oninput: (i) => answer(name, options[i].value) });
      made.element.querySelector("legend").classList.add("hidden"); // the step's own legend says it
      return { element: made.element, show: (value) => made.show(options.findIndex((o) => o.value === value)) };
    }
    if (kind === "check") {
      const input = html("input", { type: "checkbox", id, onchange: () => answer(name, input.checked) });
      return { element: html("div", { class: "field check" }, input, html("label", { for: id }, label)),
        show: (value) => { input.checked = value; } };
    }
    const input = kind === "select"
      ? html("select", { id, onchange: () => answer(name, input.value) },
        ...options.map(({ value, text }) => html("option", { value }, text)))
      : kind === "number"
        ? html("input", { type: "number", id, min: 0, max: 99, step: 1, oninput: () => {
            if (input.validity.valid && input.value !== "") answer(name, Number(input.value));
          } })
        : html("input", { type: "text", id, autocomplete: "off", spellcheck: "false",
            oninput: () => answer(name, input.value) });
    // What is being typed is left alone.
    const show = (value) => { if (document.activeElement !== input || kind === "select") input.value = value; };
    return { element: html("div", { class: "field" }, html("label", { for: id }, label), input), show };
  }
});
