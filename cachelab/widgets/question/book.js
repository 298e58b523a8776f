export default widget(({ root, get }) => {
  root.classList.add("guesses");
  const rows = get("rows");
  root.append(...get("sentences").map((words) => html("p", {}, words)));
  if (!rows.length) return;
  const head = ["", "Lesson", "Question", "You said", "It was"];
  root.append(html("table", {},
    html("thead", {}, html("tr", {}, ...head.map((name) => html("th", { scope: "col" }, name || html("span", { class: "hidden" }, "Right or wrong"))))),
    html("tbody", {}, ...rows.map(({ sign, lesson, question, guess, answer }) =>
      html("tr", {}, ...[sign, lesson, question, guess, answer].map((text) => html("td", {}, text)))))));
});
