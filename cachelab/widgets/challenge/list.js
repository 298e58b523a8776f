// What a bench asks for: found things are ticked, the next one stands below, and a find is read out.

function challenges(root, watch) {
  const list = html("ol", { class: "asks", "aria-label": "To find" });
  const found = html("div", { class: "asks-found", "aria-live": "polite" }); // the bench has its own status
  const box = html("div", { class: "asks-box" }, list, found);
  root.prepend(box);
  let count = -1;
  watch(["challenges", "more"], (rows, more) => {
    box.hidden = !rows.length;
    list.style.minHeight = `${(rows.length + more) * 1.75}em`; // room for all, so that a find moves nothing
    const now = rows.filter((row) => row.found).length;
    list.replaceChildren(...rows.map((row, i) => html("li", { class: `${row.found ? "found" : "open"}${count >= 0 && row.found && i >= count ? " new" : ""}` },
      html("span", { class: "asks-mark", "aria-hidden": "true" }, row.found ? "✓" : "?"),
      html("span", {}, row.found ? html("span", { class: "hidden" }, "Found: ") : html("b", {}, "Can you find it? "),
        row.words, row.note ? html("b", {}, ` ${row.note}`) : null,
        row.then ? html("span", { class: "quiet" }, ` ${row.then}`) : null))));
    if (more > 0) list.append(html("li", { class: "later" }, html("span", {}), html("span", { class: "quiet" }, `and ${more} more`)));
    else if (rows.length && rows.every((row) => row.found)) list.append(html("li", { class: "later" }, html("span", {}), html("b", {}, "All found.")));
    count = now;
  });
  watch(["noticed"], (words) => { found.textContent = words; });
  return box;
}
