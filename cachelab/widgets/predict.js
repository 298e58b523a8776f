export default widget(({ root, get, send, watch, isStatic }) => {
  const field = get("choices").length ? choiceField() : numberField();
  const { element: said, say } = status();
  const result = html("div", { class: "result" });
  root.classList.add("predict");
  root.append(html("div", { class: "ask" }, html("span", { class: "tag" }, "Predict"), field.element), said, result);

  function commit(guess) {
    if (get("actual") === null) send({ guess });
  }

  function choiceField() {
    const choices = get("choices");
    const group = radios({ label: get("question"), options: choices, index: -1, oninput: (i) => commit(choices[i]) });
    return {
      element: group.element,
      show(guess, actual) {
        group.show(choices.indexOf(guess));
        group.inputs.forEach((input, i) => {
          input.disabled = actual !== null || isStatic;
          input.parentElement.classList.toggle("answer", choices[i] === actual);
        });
      },
    };
  }

  function numberField() {
    const id = unique("guess");
    const of = get("of");
    const input = html("input", { id, type: "text", inputmode: "decimal", autocomplete: "off", placeholder: "your guess" });
    const entry = html("span", { class: "entry" }, input,
      html("span", { class: "quiet" }, of !== null ? `of ${of}` : get("unit")),
      // for the mouse: with the keyboard Enter commits, and Shift+Tab from the next cell comes to the field at once
      html("button", { type: "submit", class: "primary", tabindex: "-1" }, "Commit"));
    const element = html("form", { class: "number", onsubmit: (event) => { event.preventDefault(); enter(); } },
      html("label", { for: id }, get("question")), entry);
    // Leaving the field counts too: a learner who runs the next cell has answered.
    input.addEventListener("change", () => enter());

    function enter() {
      const words = input.value.trim();
      if (words === "") return commit(null);
      const number = numberIn(words);
      const wrong = !Number.isFinite(number) ? `“${words}” is not a number${get("unit") ? ` in ${get("unit")}` : ""}.`
        : of !== null && (number < 0 || number > of) ? `Choose a number from 0 to ${of}.` : "";
      input.setAttribute("aria-invalid", wrong !== "");
      if (wrong) say(wrong);
      else commit(number);
    }
    // As people type it: "0.5", "0,5", "1,000", "50%", "2 s", "3x".
    function numberIn(words) {
      const unit = get("unit");
      const tail = [unit, unit === "×" ? "x" : ""].find((end) => end && words.toLowerCase().endsWith(end.toLowerCase()));
      const digits = (tail ? words.slice(0, -tail.length) : words).trim();
      if (/^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(digits)) return Number(digits.replaceAll(",", ""));
      return digits === "" ? NaN : Number(digits.replace(",", "."));
    }
    return {
      element,
      show(guess, actual) {
        if (guess !== null) input.value = guess;
        entry.hidden = actual !== null || isStatic; // the bars below say it then
      },
    };
  }

  watch(["guess", "actual", "guess_text", "actual_text", "verdict"], (guess, actual, guessText, actualText, verdict) => {
    field.show(guess, actual);
    if (verdict) say(verdict);
    else if (guess !== null) say(guessText ? `You say ${guessText}. Run on and see.` : "Noted.");
    else say(isStatic ? "Guess before you read on." : "");
    result.replaceChildren(...(typeof actual === "number" ? compared(guess, actual, guessText, actualText) : []));
  });

  // Two bars on one scale; the guess is outlined, so that the difference is not in the colour alone.
  function compared(guess, actual, guessText, actualText) {
    const of = get("of");
    const most = of ?? Math.max(get("unit") === "%" ? 100 : 0, Math.abs(guess ?? 0), Math.abs(actual));
    const bar = (name, value, words) => html("div", { class: `bar ${name}` }, html("span", {}, name === "guess" ? "your guess" : "answer"),
      html("span", { class: "track" }, html("i", { style: `width:${most ? (100 * Math.abs(value)) / most : 0}%` })), html("b", {}, words));
    return [guess === null ? null : bar("guess", guess, guessText), bar("actual", actual, actualText)].filter(Boolean);
  }
});
