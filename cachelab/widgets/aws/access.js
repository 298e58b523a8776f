export default widget(({ root, get, send, watch, isStatic }) => {
  root.classList.add("access", "bench");
  const panel = controlRow({ get, send, watch, isStatic });
  const { element: said, say } = status({ class: "status sentence" });
  const string = html("code", {});
  const body = html("tbody", {});
  const cell = (name) => html("th", { scope: "col" }, name);
  const table = html("table", { "aria-label": get("label") },
    html("thead", {}, html("tr", {}, cell("Command"), cell("Verdict"), cell("The server says"))), body);
  root.append(panel, html("p", {}, "Access string: ", string), said, html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "commands and verdicts" }, table));
  challenges(root, watch);
  if (isStatic) panel.append(html("div", { class: "note" }, "This is a saved page: in a live notebook the server is asked."));

  watch(["string"], (rules) => { string.textContent = rules; });
  watch(["rows"], (rows) => body.replaceChildren(...rows.map(({ command, allowed, others, said: words }) => {
    const [mark, verdict, look] = !allowed ? ["✕", "refused", "refused"]
      : others ? ["!", "reaches others", "others"] : ["○", "allowed", "own"];
    return html("tr", { class: look }, html("th", { scope: "row" }, html("code", {}, command)),
      html("td", {}, html("span", { class: "mark", "aria-hidden": "true" }, mark), ` ${verdict}`), html("td", { class: "said" }, words));
  })));
  watch(["sentence"], say);
});
