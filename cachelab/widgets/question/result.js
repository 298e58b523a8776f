export default widget(({ root, get, signal }) => {
  const outcome = get("outcome");
  root.classList.add("result");
  root.append(html("div", { class: "ask" }, html("span", { class: "tag" }, "Answer"), drawOutcome(outcome)));
  root.setAttribute("role", "status");
  requestAnimationFrame(() => openWhy(root, signal)); // once the view is in the page
});
