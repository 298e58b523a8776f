export default widget(({ root, get, send, watch, signal, isStatic }) => {
  const field = get("choices").length ? choiceField() : numberField();
  const { element: said, say } = status();
  const result = html("div", {});
  root.classList.add("question");
  const told = html("p", { class: "note" }, "Your class is told of this guess, not of your name.");
  const body = html("div", { class: "body" }, field.element, said, told, result);
  root.append(html("div", { class: "ask" }, html("span", { class: "tag" }, get("is_recall") ? "Recall" : "Predict"), body));
  watch(["told"], (is) => { told.hidden = !is || isStatic; });

  function choiceField() {
    const choices = get("choices");
    if (isStatic) return { element: asked(html("ul", { class: "plain" }, ...choices.map((text) => html("li", {}, text)))), show() {} };
    const group = radios({
      label: get("question"), options: choices, index: -1,
      oninput: (i) => { if (!get("done") && !get("stands")) send({ guess: choices[i] }); },
    });
    return {
      element: group.element,
      show(guess, done) {
        group.show(choices.indexOf(guess));
        group.element.classList.toggle("done", done);
        group.inputs.forEach((input) => { input.disabled = done; });
      },
    };
  }

  function numberField() {
    const of = get("of");
    const room = of !== null ? `of ${of}` : get("unit");
    if (isStatic) return { element: asked(room ? html("span", { class: "quiet" }, of !== null ? room : `in ${room}`) : null), show() {} };
    const id = unique("guess");
    const input = html("input", { id, type: "text", autocomplete: "off", placeholder: "Your guess" });
    const entry = html("span", { class: "entry" }, input, html("span", { class: "quiet" }, room),
      // for the mouse: with the keyboard Enter commits, and Shift+Tab from the next cell comes to the field at once
      html("button", { type: "submit", class: "primary", tabindex: "-1" }, "Commit"));
    const element = html("form", { class: "number", onsubmit: (event) => { event.preventDefault(); enter(); } },
      html("label", { for: id }, get("question")), entry);
    // Leaving the field counts too: a learner who runs the next cell has answered.
    input.addEventListener("change", () => enter());

    function enter() {
      if (get("done") || get("stands") || input.value === get("entered")) return;
      send({ entered: input.value });
    }
    watch(["problem"], (problem) => input.setAttribute("aria-invalid", problem !== ""));
    return {
      element,
      show(guess, done) {
        if (guess !== null && input !== document.activeElement && input.value.trim() === "") input.value = guess;
        entry.hidden = done;
      },
    };
  }

  function asked(room) {
    return html("div", { class: "asked" }, html("b", {}, get("question")), room);
  }

  const giveUp = get("is_recall") && !isStatic ? button("Show me the answer", () => send({ shown: true }), { class: "give-up" }) : null;
  if (giveUp) body.append(giveUp);
  watch(["guess", "guess_text", "problem", "done", "outcome", "stands"], (guess, words, problem, done, outcome, stands) => {
    const own = Object.keys(outcome).length > 0;
    field.show(guess, done || stands);
    if (own) say("");
    else if (isStatic) say("Guess before you read on.");
    else if (done) say(`${guess === null ? "No guess." : `✓ You said ${words}.`} The answer is below.`);
    else if (stands) say(`✓ You said ${words}, when you first met this. Run on and see.`);
    else if (problem) say(problem);
    else if (guess !== null) say(words ? `You say ${words}. Run on and see.` : "Noted.");
    else say("");
    if (own) {
      giveUp?.remove();
      result.replaceChildren(drawOutcome(outcome, { heading: false }));
    } else if (isStatic && get("sealed")?.verdict) {
      result.replaceChildren(html("details", {}, html("summary", {}, "Show the answer"), drawOutcome(get("sealed"), { heading: false })));
    }
  });
});
