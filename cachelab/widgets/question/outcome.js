// Guess and answer: the same drawing under a run (result.js) and in a card that has its answer (card.js).

function drawOutcome(outcome, { heading = true } = {}) {
  const { sign, said, hint, because, options, bars, logarithmic, see } = outcome;
  return html("div", { class: "outcome" },
    heading ? html("b", { class: "asked" }, outcome.question) : null,
    options.length ? html("ul", { class: "options" }, ...options.map(drawOption)) : null,
    bars.length ? drawBars(bars, logarithmic) : null,
    html("p", { class: `said ${{ "✓": "right", "✗": "wrong" }[sign] ?? ""}` },
      sign && !options.length ? html("span", { class: "sign", "aria-hidden": "true" }, sign) : null, said),
    hint ? html("p", {}, ...inCode(hint)) : null,
    because ? html("p", {}, ...inCode(because)) : null,
    see ? html("p", {}, "See ", link(see), ".") : null);
}

const SIGNS = { right: "✓", wrong: "✗", "": "" };

function drawOption({ text, mark, words }) {
  return html("li", { class: mark || null }, html("span", { class: "sign", "aria-hidden": "true" }, SIGNS[mark]),
    html("span", {}, text), words ? html("i", {}, words) : null);
}

// Two bars on one scale; the guess is outlined, so that the difference is not in the colour alone.
function drawBars(bars, logarithmic) {
  const names = { guess: "Your guess", answer: "The answer" };
  return html("div", { class: "bars" },
    ...bars.map(({ whose, length, words }) => html("div", { class: `bar ${whose}` }, html("span", {}, names[whose]),
      html("span", { class: "track" }, html("i", { style: `width:${100 * length}%` })), html("b", {}, words))),
    logarithmic ? html("div", { class: "note" }, "The bars are logarithmic: equal steps are equal factors.") : null);
}

// `like this` is code, as in Markdown.
function inCode(text) {
  return text.split("`").map((part, i) => (i % 2 ? html("code", {}, part) : part));
}

// [words](address), as in Markdown; without an address the words alone
function link(text) {
  const found = /^\[(.+)\]\((.+)\)$/.exec(text);
  return found ? html("a", { href: found[2] }, found[1]) : text;
}

// The "Why" below is closed until its question is answered: open it, and none that belongs to a question which
// comes first and has not been asked yet. Cells may be drawn late, so wait for it.
function openWhy(root, signal) {
  const cell = root.closest(".jp-Cell");
  if (!cell?.parentElement) return;
  const found = () => {
    for (let next = cell.nextElementSibling; next; next = next.nextElementSibling) {
      if (next.querySelector(".cachelab.question, .cachelab.result, h1, h2")) return false;
      if (next.querySelector(".jp-InputArea-editor")?.textContent.includes(".ask(")) return false;
      for (const said of next.querySelectorAll("strong, details > summary")) {
        if (said.matches("strong")) {
          if (/^\s*predict/i.test(said.textContent)) return false;
        } else if (/^\s*why/i.test(said.textContent)) return (said.parentElement.open = true);
      }
    }
    return false;
  };
  if (found()) return;
  const observer = new MutationObserver(() => { if (found()) observer.disconnect(); });
  observer.observe(cell.parentElement, { childList: true, subtree: true });
  signal?.addEventListener("abort", () => observer.disconnect());
}
