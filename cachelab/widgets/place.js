export default widget(({ root, get }) => {
  const heading = get("heading");
  // A heading's own anchor does not work where there is a letter beyond ASCII in it. To focus a cell selects it.
  const go = (event) => {
    event.preventDefault();
    const found = [...(root.closest(".jp-Notebook") ?? document).querySelectorAll("h2")]
      .find((one) => one.textContent.replace("¶", "").trim() === heading);
    found?.closest(".jp-Cell")?.focus({ preventScroll: true });
    found?.scrollIntoView();
  };
  root.append(html("p", {}, "Last time you stopped at ", html("a", { href: "#", onclick: go }, heading), `. ${get("then")}`));
});
