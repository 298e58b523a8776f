const SIGNS = { primary: "◆", replica: "◇", node: "●" };
const PACES = [["hurry", "hears at once"], ["lag", "0.2 s late"], ["silence", "silent"]];
const HEARTBEAT = 20_000; // ms between two signs of life to Python

export default widget(({ root, model, signal, get, watch, isStatic }) => {
  const ask = (deed, what) => model.send({ do: deed, what });
  const grid = html("div", { class: "map" });
  const wires = svg("svg", { class: "wires", "aria-hidden": "true" });
  const board = html("div", { class: "board" }, grid, wires);
  const { element: said, say } = status();
  // A log: what is added is read out, the failover and the recovery too. An inner list keeps it a list.
  const lines = html("ol");
  const log = html("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": "Events, latest last" }, lines);
  let told = [];
  root.classList.add("cluster");
  root.append(html("div", { class: "name" }, get("name")), board, said, log);
  const cards = new Map();
  const caps = new Map();
  let drawn = "";

  if (!isStatic) {
    const alive = () => { if (root.isConnected) ask("watch"); };
    requestAnimationFrame(alive);
    const timer = setInterval(alive, HEARTBEAT);
    signal?.addEventListener("abort", () => clearInterval(timer));
  }

  watch(["zones", "shards"], draw);
  watch(["said"], (words) => { say(words); draw(); }); // what was refused is not chosen either
  watch(["gone"], (gone) => { freeze(gone); if (!gone) draw(); });
  watch(["log"], (events) => { // only what is new is added, so that only that is read out
    const kept = told.findIndex((_, i) => told.slice(i).every((line, j) => line === events[j]));
    const keep = kept < 0 ? 0 : told.length - kept;
    while (lines.children.length > keep) lines.firstChild.remove();
    lines.append(...events.slice(keep).map((line) => html("li", {}, line)));
    told = events;
  });
  onWidth(board, signal, wire);

  // Cards stay the same elements while their node lives on, and stay where they are unless a node comes or
  // goes, so that a button keeps the focus.
  function draw() {
    const zones = get("zones"), shards = get("shards");
    const nodes = shards.flatMap((shard) => shard.nodes);
    for (const id of cards.keys()) if (!nodes.some((node) => node.id === id)) cards.delete(id);
    zones.forEach(zoneCap);
    nodes.forEach(card);
    const layout = JSON.stringify([zones.map(({ name }) => name), shards.map((s) => [s.id, s.nodes.map((n) => [n.id, n.zone])])]);
    if (layout !== drawn) arrange(zones, shards);
    drawn = layout;
    if (get("gone")) freeze(true);
    wire();
  }

  function arrange(zones, shards) {
    const focused = document.activeElement;
    grid.style.setProperty("--zones", Math.max(1, zones.length));
    const cells = zones.map(({ name }) => caps.get(name).element);
    let row = 2;
    for (const shard of shards) {
      if (shards.length > 1) {
        cells.push(html("div", { class: "shard", style: `grid-row: ${row++}` }, `shard ${shard.id}`));
      }
      zones.forEach(({ name }, column) => cells.push(
        html("div", { class: "cell", style: `grid-area: ${row} / ${column + 1}` },
          ...shard.nodes.filter((node) => node.zone === name).map((node) => cards.get(node.id).element))));
      row += 1;
    }
    if (!zones.length) cells.push(html("div", { class: "quiet" }, "There is nothing to see here: no such cache."));
    grid.replaceChildren(...cells);
    if (grid.contains(focused)) focused.focus({ preventScroll: true });
  }

  function freeze(gone) {
    board.classList.toggle("gone", gone);
    for (const one of board.querySelectorAll("button, select")) one.disabled = gone;
  }

  function zoneCap({ name, down }, column) {
    if (!caps.has(name)) {
      const toggle = button("", () => ask(caps.get(name).down ? "zone_up" : "zone_down", name));
      const title = html("span");
      const element = html("div", { class: "zone" }, title, isStatic ? null : toggle);
      caps.set(name, { element, title, toggle, down });
    }
    const cap = caps.get(name);
    cap.down = down;
    cap.title.textContent = down ? `✗ ${name}` : name; // as wide as before: nothing below may move
    cap.toggle.textContent = down ? "Bring back" : "Take down";
    cap.toggle.setAttribute("aria-label", `${cap.toggle.textContent} ${name}`);
    cap.title.title = down ? `${name} is down` : "";
    cap.element.dataset.down = down;
    cap.element.style.gridArea = `1 / ${column + 1}`;
  }

  function card(node) {
    if (!cards.has(node.id)) cards.set(node.id, newCard(node.id));
    const { element, parts, kill, cut, pace, state } = cards.get(node.id);
    state.node = node;
    element.dataset.role = node.role;
    element.dataset.live = node.live;
    element.setAttribute("aria-label", `${node.id}, ${node.role}, ${node.state}`);
    parts.doors.textContent = node.doors.map((door) => `▾ ${door}`).join("  ");
    parts.role.textContent = `${SIGNS[node.role]} ${node.role}`;
    parts.state.textContent = node.live ? node.state : `✗ ${node.state}`;
    parts.state.title = parts.state.textContent;
    parts.data.textContent = node.data || "\u00a0";
    parts.pid.textContent = node.pid || "\u00a0";
    kill.disabled = !node.live;
    cut.hidden = node.role !== "replica";
    cut.disabled = !node.live;
    cut.textContent = node.link === "cut off" ? "Reconnect" : "Cut off";
    cut.setAttribute("aria-label", `${cut.textContent} ${node.id}`);
    pace.hidden = node.role !== "replica";
    pace.disabled = !node.live || node.link === "cut off";
    if (pace.value !== node.pace) pace.value = node.pace;
  }

  function newCard(id) {
    const state = {};
    const kill = button("Kill", () => ask("kill", id), { "aria-label": `Kill ${id}` });
    const cut = button("Cut off", () => ask(state.node.link === "cut off" ? "heal" : "cut", id));
    const pace = html("select", { "aria-label": `Link of ${id}` },
      ...PACES.map(([value, words]) => html("option", { value }, words)));
    pace.addEventListener("change", () => ask(pace.value, id));
    const parts = Object.fromEntries(["doors", "role", "state", "data", "pid"]
      .map((name) => [name, html("div", { class: name })]));
    const element = html("section", { class: "node" }, parts.doors, html("div", { class: "id" }, id),
      html("div", { class: "line" }, parts.role, parts.state), parts.data, parts.pid,
      isStatic ? null : html("div", { class: "drills" }, kill, cut, pace));
    return { element, parts, kill, cut, pace, state };
  }

  // Who copies from whom: from the primary down to a rail below its shard, and up again to each replica.
  // A card that stands above another one in its zone is met at its side.
  function wire() {
    const frame = board.getBoundingClientRect();
    wires.setAttribute("width", Math.max(0, frame.width));
    wires.setAttribute("height", Math.max(0, frame.height));
    const lines = [];
    for (const shard of get("shards")) {
      const primary = shard.nodes.find((node) => node.role === "primary");
      if (!primary || !shard.nodes.every((node) => cards.has(node.id))) continue;
      const box = (node) => cards.get(node.id).element.getBoundingClientRect();
      const rail = Math.max(...shard.nodes.map((node) => box(node).bottom)) - frame.top + 12;
      const plug = (node, beside) => {
        const { left, right, top, bottom } = box(node);
        const lowest = shard.nodes.filter(({ zone }) => zone === node.zone).at(-1) === node;
        return lowest
          ? { x: (left + right) / 2 - frame.left, y: bottom - frame.top + 1, beside: 0 }
          : { x: right - frame.left + beside, y: (top + bottom) / 2 - frame.top, beside };
      };
      const from = plug(primary, 5);
      for (const node of shard.nodes.filter((other) => other !== primary)) {
        const to = plug(node, 7), tip = to.x - to.beside;
        const flows = node.link === "up" && primary.live && node.live;
        const route = `M${from.x - from.beside} ${from.y}H${from.x}V${rail}H${to.x}V${to.y}H${tip}`;
        lines.push(svg("path", { d: route, class: flows ? "flows" : "broken" }));
        lines.push(!flows ? svg("text", { x: to.x + 6, y: rail - 2 }, "✗") : svg("path", { class: "flows", d: to.beside
          ? `M${tip + 5} ${to.y - 4}L${tip} ${to.y}L${tip + 5} ${to.y + 4}`
          : `M${tip - 4} ${to.y + 6}L${tip} ${to.y}L${tip + 4} ${to.y + 6}` }));
      }
    }
    wires.replaceChildren(...lines);
  }
});
