// Shapes and words say the state; colour only repeats it.
const SHAPES = { works: "✓", "stand-in": "◐", short: "◐", missing: "✗", waiting: "…" };

export default widget(({ root, get, send, watch, isStatic }) => {
  root.classList.add("preflight");
  const body = html("tbody");
  const { element: said, say } = status();
  root.append(html("table", {}, html("caption", { class: "hidden" }, "What works on this machine"),
    html("thead", {}, html("tr", {}, ...["", "What", "Found"].map((text) => html("th", { scope: "col" }, text)))), body), said);

  if (!isStatic) send({ ping: get("ping") + 1 });

  watch(["rows", "pong", "summary"], (rows, pong, summary) => {
    body.replaceChildren(...rows.concat(browser(pong)).map(row));
    say(pong || isStatic ? summary : `${summary} Waiting for the browser's own line.`);
  });

  function browser(pong) {
    if (isStatic) return [{ name: "browser", state: "waiting", said: "this is a saved page; run the notebook to see", todo: "" }];
    return pong
      ? [{ name: "browser", state: "works", said: `drew this picture, ${innerWidth} px wide`, todo: "" },
         { name: "page to Python", state: "works", said: "a message went there and back", todo: "" }]
      : [{ name: "browser", state: "works", said: `drew this picture, ${innerWidth} px wide`, todo: "" },
         { name: "page to Python", state: "waiting", said: "no answer from the kernel yet",
           todo: "If this stays: reload the page, then run this cell again." }];
  }

  function row({ name, state, said, todo }) {
    return html("tr", { "data-state": state },
      html("td", { class: "state" }, `${SHAPES[state] ?? "?"} ${state}`),
      html("td", {}, name),
      html("td", {}, said, todo ? html("div", { class: "todo" }, todo) : null));
  }
});
