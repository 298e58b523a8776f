// Asks once a second what the class told, and changes only what is different, so that focus and reading stay.
const token = location.hash.slice(1);
const $ = (id) => document.getElementById(id);
const SIGNS = { passed: "✓", stuck: "◐", "moved on": "→", "not tried": "–" };

function html(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element[name] = value;
    else if (value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

const drawn = new WeakMap();
function put(element, fresh, ...facts) { // new children, if the facts they show are new
  const said = JSON.stringify(facts);
  if (drawn.get(element) === said) return;
  drawn.set(element, said);
  element.replaceChildren(...[fresh()].flat());
}
function say(element, text) { if (element.textContent !== text) element.textContent = text; }
const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

async function ask(path, body) {
  let reply;
  try {
    reply = await fetch(path, {
      method: body ? "POST" : "GET", body: body ? JSON.stringify(body) : undefined,
      headers: { Authorization: `Bearer ${token}` },
    });
  } catch {
    return say($("trouble"), "The class has ended, or this page cannot reach it: cachelab class runs no more. What you see is what it last told.");
  }
  if (reply.status === 401) return say($("trouble"), "This is not the class's address: open all of what cachelab class printed, with the part after #.");
  if (!reply.ok) return say($("trouble"), `The class answered ${reply.status}.`);
  draw(await reply.json());
}

function draw(told) {
  say($("trouble"), told.trouble);
  const more = [told.left ? `${told.left} left` : "", told.refused ? `${counted(told.refused, "message")} refused` : ""].filter(Boolean);
  say($("people"), [counted(told.learners, "learner"), ...more].join(" · "));
  agenda(told);
  jump(told.agenda.length > 0, told.lessons.map(({ lesson }) => lesson));
  const place = $("lessons");
  for (const lesson of told.lessons) {
    let section = $(`lesson-${lesson.lesson}`);
    if (!section) {
      section = html("section", { id: `lesson-${lesson.lesson}`, "aria-labelledby": `title-${lesson.lesson}`, "data-lesson": lesson.lesson },
        html("h2", { id: `title-${lesson.lesson}`, tabindex: "-1" }, `Lesson ${lesson.lesson}`), html("div", { class: "questions" }), html("div", { class: "exercises" }));
      const after = [...place.children].find((other) => other.dataset.lesson > lesson.lesson);
      place.insertBefore(section, after ?? null);
    }
    const [, questions, exercises] = section.children;
    lesson.questions.forEach((one) => question(questions, one, told.learners));
    tried(exercises, lesson);
  }
}

// Buttons and no links: a link would take the token's place after #.
function jump(hasAgenda, lessons) {
  const parts = [...(hasAgenda ? [["Minutes", "agenda-title"]] : []), ...lessons.map((lesson) => [lesson, `title-${lesson}`])];
  put($("jump"), () => parts.map(([words, id]) => html("button", { type: "button", "aria-label": words === "Minutes" ? words : `Lesson ${words}`,
    onclick: () => { $(id).scrollIntoView(); $(id).focus({ preventScroll: true }); } }, words)), parts);
}

function agenda({ agenda: rows, checkpoints, clock, late }) {
  $("agenda").hidden = rows.length === 0;
  say($("clock"), `${clock} by the agenda`);
  say($("late"), late);
  put($("agenda").querySelector("tbody"), () => rows.map((row) =>
    html("tr", { "data-state": row.state, "aria-current": row.state === "now" ? "step" : null },
      html("td", {}, row.at), html("td", {}, row.minutes), html("td", {}, row.text),
      html("td", { class: "number" }, row.state === "now" ? "▸ now" : row.state), html("td", {}, row.here))), rows);
  put($("checkpoints"), () => checkpoints.map(({ at, text, past }) => html("li", {}, `${past ? "●" : "○"} ${at}: ${text}`, past ? " (due)" : "")), checkpoints);
}

function question(place, { id, ask: asked, section, guesses, open, bins, answer }, learners) {
  let card = $(`question-${id}`);
  if (!card) {
    const button = html("button", { type: "button", "aria-controls": `spread-${id}`,
      onclick: () => ask("open", { id, open: button.getAttribute("aria-expanded") !== "true" }) });
    card = html("div", { class: "question", id: `question-${id}` }, section ? html("div", { class: "quiet" }, section) : null,
      html("div", { class: "head" }, html("span", { class: "ask" }, asked), html("span", { class: "count" }), button),
      html("div", { id: `spread-${id}` }),
      html("details", { hidden: "" }, html("summary", {}, "What came out"), html("p")));
    place.append(card);
  }
  const [, count, button] = card.querySelector(".head").children;
  const cameOut = card.lastChild; // folded, since some still guess when the first have run it
  say(count, `${guesses} of ${learners} have guessed`);
  say(button, open ? "Close" : "Open");
  button.setAttribute("aria-expanded", String(open));
  button.setAttribute("aria-label", `${open ? "Close" : "Open"}: ${asked}`);
  put($(`spread-${id}`), () => (open ? spread(bins) : []), open, bins);
  cameOut.hidden = !open;
  if (!open) cameOut.open = false;
  say(cameOut.lastChild, answer ? `It came out as ${answer}.` : "Nobody has run it yet.");
}

function spread(bins) {
  const most = Math.max(1, ...bins.map(([, count]) => count));
  const rows = bins.map(([words, count]) => html("tr", {}, html("th", { scope: "row" }, words), html("td", {}, count), html("td", { class: "bar" }, bar(count / most))));
  return [
    html("table", {}, html("caption", {}, bins.length ? "How the guesses are spread" : "No guess yet"),
      html("thead", { hidden: "" }, html("tr", {}, html("th", {}, "guess"), html("th", {}, "learners"), html("th", {}, "bar"))), html("tbody", {}, ...rows)),
  ];
}

function bar(share) {
  const made = (tag, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    return element;
  };
  const picture = made("svg", { "aria-hidden": "true", viewBox: "0 0 100 10", preserveAspectRatio: "none" });
  picture.append(made("rect", { x: 0, y: 0, height: 10, width: 100 * share }));
  return picture;
}

function tried(place, { lesson, exercises }) {
  if (!exercises.length) return;
  if (!place.firstChild) {
    place.append(html("table", {}, html("caption", {}, `Exercises of lesson ${lesson}`),
      html("thead", {}, html("tr", {}, ...["exercise", "not tried", "stuck", "moved on", "passed"].map((text) => html("th", { scope: "col" }, text)))), html("tbody")));
  }
  // Whole minutes, so that a row changes once a minute and not once a second.
  const rows = exercises.map(({ marks, ...one }) => ({ ...one, marks: marks.map(([name, state, since]) => [name, state, Math.floor(since)]) }));
  put(place.querySelector("tbody"), () => rows.map(({ id, title, minutes: planned, marks }) => {
    const of = (state) => marks.filter(([, is]) => is === state);
    const stuck = of("stuck");
    const longest = Math.max(0, ...stuck.map(([, , since]) => since));
    const order = ["stuck", "moved on", "passed", "not tried"]; // the longest stuck first; of an exercise that nobody tried, nobody
    const listed = of("not tried").length < marks.length ? [...marks] : [];
    listed.sort(([, a, first], [, b, second]) => order.indexOf(a) - order.indexOf(b) || second - first);
    const who = listed.map(([name, state, since]) => {
      const said = state === "stuck" ? ` for ${since} min` : "";
      return html("li", { "data-state": state, "data-over": state === "stuck" && since >= planned ? "" : null }, html("span", { "aria-hidden": "true" }, `${SIGNS[state]} ${name}${said && ` ${since}′`}`),
        html("span", { class: "hidden" }, `${name}: ${state}${said}`));
    });
    return [
      html("tr", {}, html("th", { scope: "row" }, `${id} ${title}, ${planned} min`),
        html("td", {}, of("not tried").length),
        html("td", {}, stuck.length ? `${stuck.length}, longest ${longest} min` : "0"),
        html("td", {}, of("moved on").length),
        html("td", {}, of("passed").length)),
      ...(who.length ? [html("tr", { class: "who" }, html("td", { colspan: 5 }, html("ul", { class: "marks" }, ...who)))] : []),
    ];
  }).flat(), rows);
}

$("start").onclick = () => ask("start", {});
$("set").onsubmit = (event) => {
  event.preventDefault();
  ask("start", { at: $("at").value });
  $("at").value = "";
};
for (;;) {
  await ask("class");
  await new Promise((again) => setTimeout(again, 1000));
}
