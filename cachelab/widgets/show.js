export default widget(({ root, signal, get }) => {
  root.hidden = true;
  // The view is attached to the page after it is made.
  requestAnimationFrame(() => {
    const output = root.closest(".jp-OutputArea-output") ?? root.closest(".widget-vbox") ?? root.parentElement?.parentElement;
    if (!output || output.dataset.guarded) return;
    output.dataset.guarded = "";
    keepKeys(output);
    const group = root.closest(".widget-vbox") ?? output;
    group.setAttribute("role", "group");
    if (get("label")) group.setAttribute("aria-label", get("label"));
    nameControls(output);
    const observer = new MutationObserver(() => nameControls(output));
    observer.observe(output, { childList: true, subtree: true, attributeFilter: ["style"] });
    signal?.addEventListener("abort", () => observer.disconnect());
  });
});

// The label nearest to the control; not every stock widget has one.
function nameOf(control) {
  for (let around = control; around && !around.classList.contains("widget-box"); around = around.parentElement) {
    const label = around.querySelector(".widget-label");
    if (label) return label.textContent.trim() || "value";
  }
  return "value";
}

function nameControls(output) {
  const own = (selector) => [...output.querySelectorAll(selector)].filter((node) => !node.closest(".cachelab"));
  for (const handle of own("[role=slider]:not([aria-label])")) {
    const handles = [...handle.closest(".jupyter-widgets").querySelectorAll("[role=slider]")];
    const end = handles.length > 1 ? [", from", ", to"][handles.indexOf(handle)] : "";
    handle.setAttribute("aria-label", nameOf(handle) + end);
  }
  for (const box of own(".widget-radio-box:not([role])")) {
    box.setAttribute("role", "radiogroup");
    box.setAttribute("aria-label", nameOf(box));
  }
  for (const box of own(".widget-radio-box")) {
    const name = (box.dataset.name ??= unique("radio"));
    for (const input of box.querySelectorAll("input:not([name])")) input.name = name;
  }
  for (const bar of own(".widget-hprogress .progress:not([role]), .widget-vprogress .progress:not([role])")) {
    bar.setAttribute("role", "progressbar");
    bar.setAttribute("aria-label", nameOf(bar));
  }
  for (const bar of own("[role=progressbar]")) {
    bar.setAttribute("aria-valuenow", parseFloat(bar.firstElementChild?.style.width || "0"));
  }
  for (const field of own("input:not([type=radio]):not([aria-label]), select:not([aria-label]), textarea:not([aria-label])")) {
    if (!field.labels?.length) field.setAttribute("aria-label", nameOf(field));
  }
  for (const readout of own(".widget-readout[contenteditable]:not([aria-label])")) {
    readout.setAttribute("role", "textbox");
    readout.setAttribute("aria-label", `${nameOf(readout)}, typed`);
  }
}
