export default widget(({ root, signal, get, watch, isStatic }) => {
  const draw = plot(root, signal);
  watch(["spec"], draw);
  if (!isStatic || !get("recorded")) {
    const { element, say } = status();
    element.classList.add("note");
    root.append(element);
    watch(["over"], say);
  }
  if (isStatic && get("recorded")) root.append(html("p", { class: "note" }, get("recorded")));
});
