export default widget(({ root, get, send, watch, isStatic }) => {
  root.classList.add("chooser");
  const fields = get("questions").map(({ text, answers }, i) => radios({
    label: text, options: answers, index: get("chosen")[i],
    oninput: (at) => send({ chosen: get("chosen").map((old, j) => (j === i ? at : old)) }),
  }));
  const { element: said, say } = status({ class: "status hidden" });
  const advice = html("div", { class: "advice" });
  root.append(html("div", { class: "questions" }, ...fields.map((field) => field.element)), said, advice);
  if (isStatic) {
    for (const field of fields) for (const input of field.inputs) input.disabled = true;
    root.append(html("p", { class: "note" }, "This is a saved page: run the notebook to answer for a system of your own."));
  }

  watch(["chosen", "advice"], (chosen, { engine, form, reasons, against, notes }) => {
    fields.forEach((field, i) => field.show(chosen[i]));
    advice.replaceChildren(
      html("p", { class: "engine" }, html("strong", {}, engine), `, ${form}.`),
      list(`Why ${engine}`, "+", reasons),
      ...against.map((one) => list(`Why not ${one.engine}`, "−", one.reasons)),
      ...notes.map((note) => html("p", { class: "note" }, note)));
    say(`${engine}, ${form}. ${notes.join(" ")}`);
  });

  function list(title, mark, reasons) {
    return reasons.length === 0 ? "" : html("div", {}, html("h4", {}, title),
      html("ul", {}, ...reasons.map(({ because, where }) => html("li", {}, html("span", { class: "mark", "aria-hidden": "true" }, mark),
        html("span", {}, `${because} `, html("span", { class: "where" }, `[${where}]`))))));
  }
});
