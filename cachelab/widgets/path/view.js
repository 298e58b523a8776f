// Program, cache and database on one picture. A ring is a question on its way, a full dot an answer that carries
// a value, a cross one that failed; the upper half of a line leads out, the lower half back.

const LONGEST = 14; // requests drawn at once; more dots show nothing
const TICK = 200; // ms between two words from Python

export default widget(({ root, model, signal, get, send, watch, isStatic }) => {
  root.classList.add("path");
  const ask = (deed, extra = {}) => { if (!isStatic) model.send({ do: deed, ...extra }); };

  const run = button("Start", () => ask(get("running") ? "stop" : "start"), { class: "primary" });
  const one = button("One request", () => ask("one"));
  const hold = button("Hold", () => ask(get("stage").holding ? "let go" : "hold"),
    { title: "The next answer of the database stays in the program's hand, and is not stored yet" });
  const kill = button("Kill", () => ask("kill"), { class: "danger", "aria-label": "Kill the cache" });
  const restart = button("Restart", () => ask("restart"), { "aria-label": "Restart the cache" });
  const freeze = button("Freeze", () => ask(get("stage").state === "frozen" ? "thaw" : "freeze"));
  const open = button("Open", () => {
    send({ opened: !get("opened") });
    if (get("opened")) ask("look");
  });
  const zones = radios({ label: "The cache stands in the", options: get("stage").zones.map(([name]) => name), index: 0,
    oninput: (i) => moveTo(get("stage").zones[i][0]) });
  zones.element.classList.add("path-choice"); // each stands in the corner of its zone
  zones.element.querySelector("legend").classList.add("hidden");
  const replay = isStatic && get("trips").length ? button("Play", play, { class: "primary" }) : null;
  const cacheTools = html("div", { class: "path-group", role: "group", "aria-label": "The cache" }, kill, restart, freeze, open);
  const tools = html("div", { class: "path-tools" }, ...(replay ? [replay] : [run, one, hold]), cacheTools);
  const recorded = html("div", { class: "note path-recorded" });
  const place = html("div", { class: "path-stage" });
  const { element: said, say } = status();
  const last = html("div", { class: "path-last" });
  const trouble = html("div", { class: "path-trouble" });
  const tiles = html("dl", { class: "path-tiles" });
  const table = html("div", { class: "path-keys" });
  const charts = html("div", { class: "path-charts" });
  root.append(recorded, tools, place, legend(), last, said, trouble, table, charts, tiles);
  root.append(challenges(root, watch));
  if (isStatic) {
    for (const control of [...cacheTools.querySelectorAll("button"), ...zones.inputs]) control.disabled = true;
    open.disabled = false;
  }

  // --- the picture ---------------------------------------------------------------------------------------

  let width = 0, at = null, zoneNow = null, dragged = null, played = null, asked = null;
  const drawing = svg("svg", { class: "path-svg", role: "img" });
  const layers = ["ground", "wires", "words", "boxes", "dots"].map((name) => svg("g", { class: `path-${name}` }));
  const [ground, wires, words, boxes, dots] = layers;
  const hatch = unique("hatch");
  drawing.append(svg("defs", {}, svg("pattern", { id: hatch, width: 7, height: 7, patternUnits: "userSpaceOnUse",
    patternTransform: "rotate(45)" }, svg("rect", { width: 7, height: 7, class: "path-hatch-paper" }),
    svg("rect", { width: 2, height: 7, class: "path-hatch-ink" }))), ...layers);
  place.append(drawing, zones.element);
  onWidth(place, signal, (w) => { width = w; paint(); });

  function geometry() {
    const narrow = width < 480;
    const box = Math.max(62, Math.min(132, width * 0.177)), tall = 66;
    const upper = 42 + tall / 2, lower = upper + tall + 24;
    const edges = { "same zone": [1, width * 0.56], "other zone": [width * 0.57, width * 0.785], "other region": [width * 0.795, width - 1] };
    const middle = (zone) => zone === "same zone" || zone === "same host" ? edges["same zone"][1] - 10 - box / 2
      : (edges[zone][0] + edges[zone][1]) / 2;
    const program = { left: narrow ? 5 : 12, width: box * (narrow ? 0.8 : 0.86) };
    return { box, tall, upper, lower, edges, middle, narrow, program, bottom: lower + tall / 2 + 12, font: narrow ? 10.5 : 12.5,
      door: program.left + program.width };
  }

  const cacheAt = () => dragged ?? at.middle(zoneNow);
  const put = (x, y, text, name, anchor = "middle") =>
    svg("text", { x, y, class: name, "text-anchor": anchor, "dominant-baseline": "central" }, text);

  function paint() {
    const stage = played ? { ...get("stage"), state: played } : get("stage"), lines = get("lines"), keys = get("holds");
    if (width < 40 || !stage.zones) return;
    at = geometry();
    zoneNow ??= stage.zone;
    drawing.setAttribute("width", width);
    drawing.setAttribute("height", at.bottom + 2);
    drawing.style.fontSize = `${at.font}px`;
    drawing.setAttribute("aria-label", spoken(stage, lines));
    const x = cacheAt(), edge = at.box / 2;

    // One wording for all zones: beside "a round trip", "a trip" would read as one way.
    const fits = (tail) => stage.zones.every(([zone, added]) => textWidth(added + tail) < at.edges[zone][1] - at.edges[zone][0] - 12);
    const tail = [" a round trip", " round trip", ""].find(fits) ?? "";
    ground.replaceChildren(...stage.zones.flatMap(([zone, added], i) => {
      const [from, to] = at.edges[zone], here = dragged !== null && nearest(dragged) === zone;
      const label = zones.inputs[i].parentElement;
      label.style.left = `${from + 7}px`;
      label.style.maxWidth = `${to - from - 8}px`;
      return [svg("rect", { x: from, y: 1, width: to - from, height: at.bottom - 1, rx: 6, class: `path-zone${here ? " here" : ""}` }),
        put(from + 8, 29, added + tail, "path-zone-added", "start")];
    }));

    // The lines stop at the boxes; what they took stands on them.
    const db = at.middle(stage.database);
    const wire = (y, to, cls) => svg("path", { d: `M${at.door} ${y}H${to}`, class: `path-wire ${cls}` });
    wires.replaceChildren(wire(at.upper, x - edge, stage.state), wire(at.lower, db - edge, "up"));
    const label = (where, y, to) => {
      const [first, second] = lines[where] ?? [], middle = (at.door + to) / 2;
      return [first ? put(middle, y - 18, first, "path-time halo") : null, second ? put(middle, y + 19, second, "path-time second halo") : null];
    };
    const program = at.program, mid = program.left + program.width / 2;
    boxes.replaceChildren(
      svg("rect", { x: program.left, y: at.upper - at.tall / 2, width: program.width, height: at.lower - at.upper + at.tall, rx: 6, class: "path-box client" }),
      put(mid, at.upper - at.tall / 2 + 16, "program", "path-box-name"),
      ...wrapped(stage.program, program.width - 8).map((text, i) => put(mid, at.upper - at.tall / 2 + 33 + i * 13, text, "path-box-note")),
      ...hand(stage, mid),
      databaseBox(db), cacheBox(stage, keys, x));
    words.replaceChildren(...[...label("cache", at.upper, x - edge), ...label("database", at.lower, db - edge)].filter(Boolean), ...stuck(stage));
  }

  function hand(stage, mid) {
    if (!stage.holding) return [];
    const y = at.lower, w = Math.min(at.program.width - 14, 92), held = stage.holding === "held";
    return [put(mid, y - 20, held ? "holds still:" : "will hold:", "path-box-note"),
      svg("rect", { x: mid - w / 2, y: y - 11, width: w, height: 22, rx: 4, class: `path-hand ${stage.holding}` }),
      put(mid, y, held ? "1 answer" : "the next", "path-hand-word")];
  }

  function databaseBox(x) {
    const w = at.box, top = at.lower - at.tall / 2, bend = 7;
    return svg("g", {},
      svg("path", { d: `M${x - w / 2} ${top + bend}a${w / 2} ${bend} 0 0 1 ${w} 0V${top + at.tall - bend}a${w / 2} ${bend} 0 0 1 ${-w} 0Z`, class: "path-box store" }),
      svg("path", { d: `M${x - w / 2} ${top + bend}a${w / 2} ${bend} 0 0 0 ${w} 0`, class: "path-box-line" }),
      put(x, at.lower + 2, "database", "path-box-name"), put(x, at.lower + 18, "PostgreSQL", "path-box-note"));
  }

  function cacheBox(stage, keys, x) {
    const w = at.box, top = at.upper - at.tall / 2, count = keys.keys ?? 0;
    const group = svg("g", { class: `path-cache ${stage.state}${stage.movable && !isStatic ? " movable" : ""}` },
      svg("rect", { x: x - w / 2, y: top, width: w, height: at.tall, rx: 6, class: "path-box store",
        style: stage.state === "frozen" ? `fill:url(#${hatch})` : null }),
      svg("title", {}, stage.movable ? "The cache. Drag it into another zone." : "The cache"),
      put(x, top + 13, "cache", "path-box-name halo"));
    if (stage.state !== "up") {
      group.append(put(x, top + 33, stage.state === "dead" ? "✗ killed" : "frozen", "path-box-state halo"));
    } else {
      const slots = Math.min(count, 12), size = w < 80 ? 6 : 8, gap = 3, row = 6;
      for (let i = 0; i < slots; i++) {
        const inRow = Math.min(row, slots - row * Math.floor(i / row));
        group.append(svg("rect", { x: x - (inRow * (size + gap) - gap) / 2 + (i % row) * (size + gap), y: top + 24 + Math.floor(i / row) * (size + gap),
          width: size, height: size, rx: 1.5, class: "path-key" }));
      }
      if (!slots) group.append(put(x, top + 33, "empty", "path-box-note"));
    }
    const holds = stage.state === "dead" ? "holds nothing" : count === 1 ? "1 key" : `${count.toLocaleString("en-US")} keys`;
    group.append(put(x, top + 55, stage.state === "up" ? `${w < 100 ? "" : "holds "}${holds}` : stage.state === "dead" ? holds : "no answer", "path-box-note halo"));
    if (stage.movable && !isStatic) grab(group);
    return group;
  }

  // Requests that have been waiting for long stand where they wait.
  function stuck(stage) {
    const waiting = get("waiting"), out = [];
    for (const where of ["cache", "database"]) {
      const these = waiting.filter((one) => one.place === where);
      if (!these.length) continue;
      const y = where === "cache" ? at.upper : at.lower;
      const end = (where === "cache" ? cacheAt() : at.middle(stage.database)) - at.box / 2 - 9;
      these.forEach((_, i) => out.push(svg("circle", { cx: end - i * 12, cy: y - 4, r: 4.5, class: "path-dot question" })));
      const longest = Math.max(...these.map((one) => one.since));
      const text = `${these.length === 1 ? "1 waits" : `${these.length} wait`}, ${quantity(longest, "s")}`;
      out.push(put((at.door + end) / 2, y + 32, text, "path-waits halo"));
    }
    return out;
  }

  function spoken(stage, lines) {
    const times = (where) => (lines[where] ?? []).join(", ") || "not measured yet";
    return `Program ${stage.program}. Cache in the ${stage.zone}, ${stage.state}: ${times("cache")}. ` +
      `Database in the ${stage.database}: ${times("database")}.`;
  }

  function wrapped(name, room) {
    if (textWidth(name) <= room) return [name];
    const cuts = [...name.matchAll(/_/g)].map((found) => found.index + 1);
    const lines = [];
    let from = 0;
    while (from < name.length) {
      const fits = [...cuts.filter((cut) => cut > from), name.length].filter((cut) => textWidth(name.slice(from, cut)) <= room);
      const cut = fits.at(-1) ?? Math.min(name.length, from + Math.max(4, Math.floor(room / 6)));
      lines.push(name.slice(from, cut));
      from = cut;
    }
    return lines.slice(0, 3);
  }

  // --- the cache is moved ----------------------------------------------------------------------------------

  const nearest = (x) => Object.entries(at.edges).find(([, [, to]]) => x < to + 4)?.[0] ?? "other region";

  function moveTo(zone) {
    dragged = null;
    const changed = zone !== zoneNow;
    zoneNow = zone; // at once; Python's word follows
    if (changed) {
      const mine = asked = { zone };
      setTimeout(() => { if (asked === mine) settle(); }, 5000); // Python refused, or is gone
    }
    zones.show(get("stage").zones.findIndex(([name]) => name === zone));
    paint();
    if (changed) ask("move", { zone });
  }

  function settle() {
    asked = null;
    if (dragged === null) zoneNow = get("stage").zone;
    zones.show(get("stage").zones.findIndex(([name]) => name === zoneNow));
    paint();
  }

  function grab(group) {
    group.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      const from = event.clientX, start = cacheAt();
      const move = (now) => {
        dragged = Math.max(at.door + at.box / 2 + 10, Math.min(width - at.box / 2 - 4, start + now.clientX - from));
        paint();
      };
      const drop = (now) => {
        window.removeEventListener("pointermove", move);
        window.removeEventListener("pointerup", drop);
        window.removeEventListener("pointercancel", drop);
        if (dragged !== null) moveTo(now.type === "pointerup" ? nearest(dragged) : zoneNow);
      };
      window.addEventListener("pointermove", move);
      window.addEventListener("pointerup", drop);
      window.addEventListener("pointercancel", drop);
    });
  }

  // --- dots ------------------------------------------------------------------------------------------------

  // How long a leg is drawn: slowed down so that it can be followed, longer waits longer.
  const slowed = (seconds) => 260 + 430 * Math.log10(1 + 3000 * seconds);
  let moving = [], frame = 0, seen = get("trips").at(-1)?.n ?? 0;

  function depart(trip, delay) {
    if (calm()) return;
    if (moving.length >= LONGEST) return;
    const legs = [];
    let when = performance.now() + delay;
    for (const [to, what, seconds, came] of trip.stages) {
      const half = slowed(seconds) / 2;
      const stores = /^(SET|SETEX|PSETEX|SETNX|HSET|MSET)\b/.test(what) || what === "pipeline";
      const back = came === "hit" || came === "rows" ? "answer" : came === "miss" ? "empty" : came === "stored" ? null : "failed";
      legs.push({ to, out: true, look: stores ? "answer" : "question", from: when, till: when + half });
      if (back) legs.push({ to, out: false, look: back, from: when + half, till: when + 2 * half });
      when += (back ? 2 : 1) * half + 60;
    }
    const dot = svg("g", { class: "path-dot" });
    moving.push({ legs, dot, till: when });
    dots.append(dot);
    frame ||= requestAnimationFrame(step);
  }

  function step(now) {
    frame = 0;
    for (const one of moving) {
      const leg = one.legs.find(({ till }) => now < till);
      if (!leg || now < leg.from - 60) { one.dot.replaceChildren(); continue; }
      const share = Math.max(0, Math.min(1, (now - leg.from) / (leg.till - leg.from)));
      const far = (leg.to === "cache" ? cacheAt() : at.middle(get("stage").database)) - at.box / 2;
      const x = at.door + (far - at.door) * (leg.out ? share : 1 - share);
      const y = (leg.to === "cache" ? at.upper : at.lower) + (leg.out ? -4.5 : 4.5);
      if (one.look !== leg.look) { one.look = leg.look; one.dot.replaceChildren(mark(leg.look)); }
      if (!one.dot.firstChild) one.dot.replaceChildren(mark(leg.look));
      one.dot.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
    }
    for (const one of moving.filter(({ till }) => now >= till)) one.dot.remove();
    moving = moving.filter(({ till }) => now < till);
    if (moving.length && root.isConnected) frame = requestAnimationFrame(step);
    else moving = [];
  }

  function mark(look) {
    if (look === "failed") return svg("path", { d: "M-4.5 -4.5L4.5 4.5M-4.5 4.5L4.5 -4.5", class: "path-mark failed" });
    return svg("circle", { r: 4.5, class: `path-mark ${look}` });
  }

  function travel(trips) {
    const fresh = trips.filter(({ n }) => n > seen);
    seen = trips.at(-1)?.n ?? seen;
    if (calm() || !fresh.length || document.hidden) return;
    const newest = fresh.at(-1).at;
    for (const trip of fresh) depart(trip, Math.max(0, TICK - (newest - trip.at) * 1000));
  }

  function play() { // a recorded run, in a page without Python
    const trips = get("trips");
    for (const one of moving) one.dot.remove();
    moving = [];
    if (replay.getAttribute("aria-disabled") === "true") return;
    let index = 0;
    replay.setAttribute("aria-disabled", "true"); // and keeps the focus
    const next = () => {
      const trip = trips[index++];
      if (trip) {
        last.textContent = trip.words;
        played = trip.stages.some(([, , , came]) => came === "refused") ? "dead" : "up";
        paint();
        depart(trip, 0);
      }
      if (index < trips.length) setTimeout(next, Math.min(1500, Math.max(250, (trips[index].at - trip.at) * 1000)));
      else replay.setAttribute("aria-disabled", "false");
    };
    next();
  }

  function legend() {
    const item = (look, text) => html("span", {}, filled(svg("svg", { width: 13, height: 12, viewBox: "-6.5 -6 13 12", "aria-hidden": "true" }), {}, [mark(look)]), text);
    return html("div", { class: "path-legend" }, item("question", "asks"), item("answer", "a value"), item("empty", "nothing there"),
      item("failed", "failed"), html("span", {}, "(dots are slowed down)"));
  }

  // --- what the cache holds --------------------------------------------------------------------------------

  let counted = performance.now(), clock = 0;
  signal?.addEventListener("abort", () => { clearInterval(clock); cancelAnimationFrame(frame); });

  function contents() {
    const { rows = [], note = "" } = get("holds"), opened = get("opened");
    open.textContent = opened ? "Close" : "Open";
    open.setAttribute("aria-label", `${open.textContent} the cache`);
    open.setAttribute("aria-expanded", opened);
    table.hidden = !opened;
    clearInterval(clock);
    if (!opened) return;
    const left = rows.map(() => html("td", { class: "number" }));
    const body = rows.map(([key, value, size], i) => html("tr", {}, html("th", { scope: "row" }, key),
      html("td", { class: "value" }, value), html("td", { class: "number" }, size), left[i]));
    table.replaceChildren(...[
      rows.length ? html("div", { class: "path-scroll", tabindex: 0, role: "region", "aria-label": "What the cache holds" },
        html("table", {}, html("thead", {}, html("tr", {}, ...["Key", "Value", "Size", "TTL"].map((name) => html("th", { scope: "col" }, name)))),
          html("tbody", {}, ...body))) : html("div", { class: "quiet" }, note),
      rows.length && note ? html("div", { class: "note" }, note) : null].filter(Boolean));
    const ticking = !isStatic && rows.some(([, , , ttl]) => ttl !== null);
    const count = () => {
      const gone = isStatic ? 0 : (performance.now() - counted) / 1000;
      rows.forEach(([, , , ttl], i) => {
        const rest = ttl === null ? null : Math.max(0, ttl - gone);
        left[i].textContent = rest === null ? "none" : rest === 0 ? "expired" : `${rest.toFixed(0)} s`;
        left[i].parentElement.classList.toggle("gone", rest === 0);
      });
      if (!root.isConnected) clearInterval(clock);
    };
    count();
    if (ticking) clock = setInterval(count, 500);
  }

  // --- Python's word ---------------------------------------------------------------------------------------

  watch(["stage", "lines", "holds", "waiting"], (stage) => {
    // A word that was on its way when the learner moved the cache does not move it back.
    if (!asked || stage.zone === asked.zone) settle();
    for (const input of zones.inputs) input.disabled = isStatic || !stage.movable;
    freeze.textContent = stage.state === "frozen" ? "Thaw" : "Freeze";
    freeze.setAttribute("aria-label", `${freeze.textContent} the cache`);
    hold.textContent = stage.holding ? "Let go" : "Hold";
    hold.setAttribute("aria-label", stage.holding ? "Let go the answer" : "Hold an answer");
    hold.setAttribute("aria-pressed", Boolean(stage.holding));
    restart.classList.toggle("primary", stage.state === "dead");
    paint();
  });
  watch(["holds"], () => { counted = performance.now(); contents(); });
  watch(["opened"], contents);
  watch(["running"], (running) => { run.textContent = running ? "Stop" : "Start"; });
  watch(["said"], (text) => say(isStatic ? "" : text));
  watch(["last"], (text) => { last.textContent = text || "\u00a0"; last.title = text; });
  watch(["trouble"], (text) => { trouble.textContent = text; trouble.hidden = !text; });
  watch(["recorded"], (text) => {
    recorded.textContent = text || (isStatic ? "This is a saved picture; its buttons work in a live notebook." : "");
    recorded.hidden = !recorded.textContent;
  });
  watch(["trips"], travel);
  watch(["tiles", "pictures"], (all, pictures) => {
    tiles.hidden = !pictures.length;
    tiles.replaceChildren(...all.map(([name, value]) => html("div", {}, html("dt", {}, name), html("dd", {}, value))));
    while (charts.children.length < pictures.length) {
      const one = html("div");
      charts.append(one);
      one.draw = plot(one, signal);
    }
    [...charts.children].forEach((one, i) => { one.hidden = i >= pictures.length; if (pictures[i]) one.draw(pictures[i]); });
  });
});
