// A schedule as a sequence diagram that can be walked through. Time runs down; the database stands on the left,
// the cache on the right, the clients between them, so the direction of an arrow says where a call goes.
// A lane is filled with the value it holds, and a value that is out of date is hatched and says "stale".
// scene.py makes the scenes and describes their form.

// diagram(place, signal, pick).draw(scene, step): the first `step` steps; a click on a row calls pick(step).
function diagram(place, signal, pick) {
  let scene = null, step = 0, width = 0, drawn = -1;
  onWidth(place, signal, (w) => { width = w; paint(); });

  function paint() {
    if (!scene || width < 40) return;
    const grows = step === drawn + 1 && !calm();
    drawn = step;
    place.replaceChildren(...drawing(scene, step, width, grows, pick));
  }

  return {
    draw(newScene, newStep) {
      if (newScene !== scene) drawn = -1;
      [scene, step] = [newScene, newStep];
      paint();
    },
  };
}

function drawing(scene, step, width, grows, pick) {
  const at = geometry(scene, width);
  const hatch = unique("hatch");
  const drawing = svg("svg", { class: "seq", width, height: at.bottom, style: `font-size:${at.font}px`,
    role: "img", "aria-label": `${scene.title}: ${step} of ${scene.steps.length} steps drawn` });
  const layer = () => drawing.appendChild(svg("g"));
  drawing.append(svg("defs", {}, svg("pattern", { id: hatch, width: 7, height: 7, patternUnits: "userSpaceOnUse",
    patternTransform: "rotate(45)" }, svg("rect", { width: 7, height: 7, class: "seq-stale-paper" }),
    svg("rect", { width: 3, height: 7, class: "seq-stale-ink" }))));
  const [rows, lanes, bands, arrows, words] = [layer(), layer(), layer(), layer(), layer()];
  const states = [scene.start, ...scene.steps.map((one) => one.state)];

  for (let i = 1; i <= scene.rows; i++) {
    const now = i === step ? " now" : i > step ? " ahead" : "";
    rows.append(svg("g", { class: `seq-row${now}`, onclick: () => pick(i) },
      svg("title", {}, i > step ? `Step ${i}` : scene.steps[i - 1].sentence),
      svg("rect", { x: 0, y: at.top(i), width, height: at.row }),
      now === " now" ? svg("path", { d: `M0,${at.top(i)} v${at.row} h4 v${-at.row} z`, class: "seq-pointer" }) : null,
      svg("text", { x: at.number, y: at.line(i), "text-anchor": "middle", class: "seq-number" }, i)));
  }

  const head = (x, w, name, kind) => {
    const [split, size] = lines(name, w - 6, at.nameFont);
    lanes.append(svg("rect", { x: x - w / 2, y: 1, width: w, height: at.box, rx: 5, class: `seq-head ${kind}` }),
      ...split.map((text, i) => svg("text", { x, y: at.box / 2 + 1 + (i - (split.length - 1) / 2) * size * 1.22,
        "text-anchor": "middle", "dominant-baseline": "central", class: "seq-name", style: `font-size:${size}px` }, text)));
  };
  const rail = (x, to) => lanes.append(svg("line", { x1: x, x2: x, y1: at.box, y2: to, class: "seq-rail" }));

  // What a place holds, from row to row: the value is written where it changes.
  function band(x, w, value, kind) {
    const end = step === scene.rows ? at.bottom - 4 : step ? at.top(step + 1) : at.line(1) - 6;
    let from = at.bands;
    for (let i = 0; i <= step; i++) {
      const last = i === step || !same(value(states[i]), value(states[i + 1]));
      if (!last) continue;
      const to = i === step ? end : at.line(i + 1);
      block(x, w, from, to, value(states[i]), kind);
      from = to;
    }
  }
  function block(x, w, from, to, value, kind) {
    if (to - from < 1) return;
    const look = value === null ? "empty" : value.stale ? "stale" : "fresh";
    bands.append(svg("rect", { x: x - w / 2, y: from, width: w, height: to - from, class: `seq-band ${kind} ${look}`,
      fill: look === "stale" ? `url(#${hatch})` : null }));
    const whole = value === null ? "empty" : value.text;
    const size = Math.max(at.font * 0.7, Math.min(at.font, (at.font * (w - 8)) / measured(whole, at.font)));
    const [first, second] = [fitted(whole, w - 6, size), value?.stale ? "stale" : ""];
    const line = at.font * 1.15;
    const one = second && to - from < 2.5 * line;
    const put = (text, y) => {
      if (look === "stale") words.append(plate(x, y, measured(text, size), size));
      words.append(svg("text", { x, y, "text-anchor": "middle", "dominant-baseline": "central",
        style: text === first && size < at.font ? `font-size:${size}px` : null, class: `seq-value ${look}` }, text));
    };
    const middle = Math.min((from + to) / 2, from + at.row * 0.6);
    if (to - from < line) return;
    if (!second) put(first, middle);
    else if (one) put(`${first} ${second}`, middle);
    else { put(first, middle - line / 2); put(second, middle + line / 2); }
  }

  head(at.database, at.wide, at.narrow ? "db" : "database", "store");
  rail(at.database, at.bottom);
  band(at.database, at.wide - 8, (state) => ({ text: state.latest, stale: false }), "store");
  if (scene.replica) {
    head(at.replica, at.wide, "replica", "store");
    rail(at.replica, at.bottom);
    band(at.replica, at.wide - 8, (state) => state.replica, "store");
  }
  const cacheWidth = at.column * scene.keys.length;
  const cacheMiddle = at.cache(0) + (cacheWidth - at.column) / 2;
  head(cacheMiddle, cacheWidth, "cache", "store");
  scene.keys.forEach((key, i) => {
    rail(at.cache(i), at.bottom);
    band(at.cache(i), at.column - 8, (state) => state.cache.find((entry) => entry.key === key) ?? null, "store");
    if (scene.keys.length > 1) {
      words.append(svg("text", { x: at.cache(i), y: at.box + at.font * 1.05, "text-anchor": "middle", class: "seq-key" },
        tail(key, at.column - 4, at.font * 0.8)));
    }
  });

  scene.clients.forEach((client, who) => {
    const x = at.client(who);
    head(x, at.clientBox, client.name, "client");
    const mine = scene.steps.map((one, i) => (one.who === who ? i + 1 : 0)).filter(Boolean);
    rail(x, at.bottom);
    const first = mine[0], done = mine.at(-1);
    if (!first || first > step) return;
    const hand = (i) => states[i].hands[who];
    let from = at.line(first);
    const stop = Math.min(step, done);
    for (let i = first; i <= stop; i++) {
      if (i < stop && same(hand(i), hand(i + 1))) continue;
      const to = i < stop ? at.line(i + 1) : i === done ? at.line(i) + 8 : at.top(i + 1);
      const look = hand(i) === null ? "empty" : hand(i).stale ? "stale" : "fresh";
      bands.append(svg("rect", { x: x - at.bar / 2, y: from, width: at.bar, height: Math.max(4, to - from), rx: 2,
        class: `seq-band hand ${look}`, fill: look === "stale" ? `url(#${hatch})` : null }));
      from = to;
    }
    for (let i = first + 1; i <= stop; i++) {
      const aged = hand(i)?.stale && !hand(i - 1)?.stale && scene.steps[i - 1].who !== who;
      if (aged && i < done) tag(x, i, `holds ${hand(i).text}: stale`);
    }
  });
  function tag(x, i, text) { // shorter where it would reach into the next lane
    const next = Math.min(...[...scene.clients.map((_, who) => at.client(who)), at.right].filter((lane) => lane > x + 1));
    if (measured(text, at.font * 0.85) > next - x - at.bar - 8) text = "stale";
    const size = at.font * 0.85, room = measured(text, size), middle = x + at.bar / 2 + 5 + room / 2;
    const y = at.line(i) + at.font * 0.75;
    words.append(svg("g", { class: i === step ? "seq-step now" : "seq-step" }, plate(middle, y, room, size),
      svg("text", { x: middle, y, "text-anchor": "middle", "dominant-baseline": "central", class: "seq-tag" }, text)));
  }

  // The ground under words that stand on something drawn: hatching, a bar, a lane.
  function plate(x, y, room, size) {
    return svg("rect", { x: x - room / 2 - 3, y: y - size * 0.6, width: room + 6, height: size * 1.2, rx: 2, class: "seq-plate" });
  }

  for (let i = 1; i <= step; i++) arrow(scene.steps[i - 1], i);

  function arrow(one, i) {
    const y = at.line(i), now = i === step ? " now" : "";
    const group = svg("g", { class: `seq-step ${one.kind}${now}` });
    arrows.append(group);
    const from = one.who >= 0 ? at.client(one.who) : null;
    const cacheEdge = at.cache(Math.max(0, scene.keys.indexOf(one.key))) - (at.column - 8) / 2;
    const edge = { cache: cacheEdge, database: at.database + (at.wide - 8) / 2, replica: at.replica + (at.wide - 8) / 2 }[one.to];
    const lanes = scene.clients.map((_, who) => at.client(who)), clear = at.bar / 2 + 5;
    if (from !== null && one.to) {
      const side = Math.sign(edge - from);
      const start = from + side * (at.bar / 2);
      const stop = one.kind === "lost" ? start + (edge - start) * 0.55 : edge;
      const path = svg("path", { d: `M${start},${y} H${stop - side * at.tip / 3}`, class: "seq-arrow", pathLength: 1 });
      if (grows && now) path.classList.add("grows");
      group.append(path);
      if (one.kind === "lost") group.append(cross(stop, y, at.font * 0.45));
      else group.append(svg("path", { d: `M${edge},${y} l${-side * at.tip},${-at.tip / 2} v${at.tip} z`, class: "seq-tip" }));
      if (one.kind === "unanswered") group.append(cross(start + side * 12, y, at.font * 0.45));
      // The words stand in the first stretch between two lanes that has room for them; else across the lanes.
      const ways = [from, ...(side > 0 ? lanes.slice(one.who + 1) : lanes.slice(0, one.who).reverse()), edge];
      const free = ways.slice(1).map((to, i) => [ways[i] + side * clear, to - side * (to === edge ? 4 : clear)]);
      write(group, one, (size) => {
        const [a, b] = free.find(([a, b]) => side * (b - a) >= size) ?? [start, edge];
        return [(a + b) / 2, y - at.font * 0.8];
      });
    } else if (from !== null) {
      group.append(one.kind === "crash" ? cross(from, y, at.font * 0.6)
        : svg("circle", { cx: from, cy: y, r: at.bar * 0.55, class: "seq-dot" }));
      const [before, after] = [lanes[one.who - 1] ?? at.left, lanes[one.who + 1] ?? at.right];
      write(group, one, (size) => after - from - 2 * clear >= size ? [from + clear + size / 2, y]
        : from - before - 2 * clear >= size ? [from - clear - size / 2, y] : [from, y - at.font * 1.1]);
    } else if (one.kind === "replicate") {
      const [a, b] = [at.database + (at.wide - 8) / 2, at.replica - (at.wide - 8) / 2];
      group.append(svg("path", { d: `M${a},${y} H${b - 2}`, class: "seq-arrow" }),
        svg("path", { d: `M${b},${y} l${-at.tip},${-at.tip / 2} v${at.tip} z`, class: "seq-tip" }));
      write(group, one, (size) => [at.left + 8 + size / 2, y]);
    } else {
      const key = Math.max(0, scene.keys.indexOf(one.key));
      group.append(cross(at.cache(key), y, at.font * 0.55));
      write(group, one, (size) => [at.right - 8 - size / 2, y]);
    }
  }

  // The call and its answer, where `place` says for words of their size; moved to stay between the stores; the
  // call is cut if it cannot fit.
  function write(group, one, place) {
    const low = at.left + 4, high = at.right - 4;
    const answer = one.answer === null ? "" : ` → ${fitted(one.answer, (high - low) / 2, at.font)}`;
    const space = high - low - measured(answer, at.font);
    // Without how long it lives, then without the key, which the lane says; cut only if that is still too long.
    const short = one.call.replace(/,? for \S+ s$/, ""), shorter = one.key ? short.replace(` ${one.key}`, "") : short;
    const call = [one.call, short, shorter].find((text) => measured(text, at.font) <= space) ?? fitted(shorter, space, at.font);
    const words = call + answer;
    // Where they stand does not change when they become bold, as those of the step that is looked at.
    const [plain, bold] = [400, 600].map((weight) => measured(words, at.font, weight));
    const [wanted, y] = place(plain), x = Math.max(low + bold / 2, Math.min(wanted, high - bold / 2));
    group.append(plate(x, y, group.matches(".now") ? bold : plain, at.font),
      svg("text", { x, y, "text-anchor": "middle", "dominant-baseline": "central", class: "seq-call" }, words));
  }

  return [drawing];
}

function geometry(scene, width) {
  const narrow = width < 440;
  const most = document.fullscreenElement ? 30 : 17; // for a whole room; in a page smaller words have more room
  const font = narrow ? 12 : Math.min(most, Math.max(13, width / 40));
  const row = Math.round(font * 3.3), box = Math.round(font * 2.6), bar = Math.round(font * 0.85), tip = Math.round(font * 0.7);
  const gutter = Math.round(font * 1.9);
  const wide = Math.round(font * (narrow ? 4.9 : scene.replica && width < 700 ? 5.4 : 6.2)), gap = Math.round(font * 0.6);
  const keys = scene.keys.length;
  const column = Math.round(font * (narrow ? 5 : keys > 1 ? 5.6 : 6.4));
  const database = gutter + wide / 2, replica = database + wide + gap;
  const left = (scene.replica ? replica : database) + wide / 2;
  const right = width - 2 - column * keys;
  const n = scene.clients.length, apart = (right - left) / (n + 0.5);
  const client = (i) => left + apart * (i + 0.75);
  const header = box + Math.round(font * (keys > 1 ? 2.2 : 0.8));
  const tail = Math.round(row * 0.6);
  return {
    narrow, font, tip, nameFont: narrow ? 11 : font, row, box, bar, wide, column, database, replica, left, right, client,
    number: gutter / 2 + 3, bands: box + (keys > 1 ? Math.round(font * 1.4) : 4), clientBox: Math.min(font * 9, apart - 6),
    cache: (i) => right + column * (i + 0.5),
    top: (i) => header + (i - 1) * row, line: (i) => header + (i - 1) * row + Math.round(row * 0.56),
    bottom: header + scene.rows * row + tail,
  };
}

const same = (a, b) => a?.text === b?.text && a?.stale === b?.stale && a?.shown === b?.shown && !a === !b;

function cross(x, y, r) {
  return svg("path", { d: `M${x - r},${y - r} L${x + r},${y + r} M${x - r},${y + r} L${x + r},${y - r}`, class: "seq-cross" });
}

const ruler = document.createElement("canvas").getContext("2d");
function measured(text, font, weight = 600) {
  ruler.font = `${weight} ${font}px system-ui, sans-serif`;
  return ruler.measureText(text).width;
}

function fitted(text, room, font) {
  if (measured(text, font) <= room) return text;
  let keep = text.length;
  while (keep > 1 && measured(`${text.slice(0, keep)}…`, font) > room) keep--;
  return `${text.slice(0, keep)}…`;
}

// A name on one line or, cut after an underscore or a space, on two, in the largest size that fits.
function lines(name, room, font) {
  const cuts = [...name.matchAll(/[_ ]/g)].map((found) => found.index + 1);
  const middle = (a, b) => Math.abs(a - name.length / 2) - Math.abs(b - name.length / 2);
  const cut = cuts.sort(middle)[0];
  const parts = cut ? [name.slice(0, cut).trimEnd(), name.slice(cut)] : [name];
  if (measured(name, font) <= room) return [[name], font];
  const least = Math.min(1, Math.max(0.72, 11 / font)); // smaller than 11 px nobody reads
  for (const share of [1, 0.9, 0.8, 0.72].map((share) => Math.max(share, least))) {
    if (parts.every((part) => measured(part, font * share) <= room)) return [parts, font * share];
  }
  return [parts.map((part) => fitted(part, room, font * least)), font * least];
}

function tail(text, room, font) {
  let from = 0;
  while (from < text.length - 1 && measured(`…${text.slice(from)}`, font) > room) from++;
  return from ? `…${text.slice(from)}` : text;
}

// A value with the word that says it is out of date.
function valueTag(entry, words = entry.shown ?? entry.text) {
  return html("span", { class: `seq-chip${entry.stale ? " stale" : ""}` }, words, entry.stale ? html("b", {}, " stale") : null);
}

// What the cache, the database and the clients' hands hold after `step` steps; and what the real server said.
function holdings(scene, step, replay) {
  const state = step ? scene.steps[step - 1].state : scene.start;
  const row = (name, ...what) => html("tr", {}, html("th", { scope: "row" }, name), html("td", {}, ...what));
  const cache = state.cache.length
    ? state.cache.map((entry) => row(entry.key, valueTag(entry), entry.ttl ? html("span", { class: "quiet" }, " has a TTL") : null))
    : [row("cache", html("span", { class: "quiet" }, "empty"))];
  const log = state.log.length > 1 ? html("span", { class: "quiet" }, ` was ${state.log.slice(0, -1).join(", ")}`) : null;
  const hands = scene.clients.map((client, i) => {
    const held = state.hands[i], done = state.done[i];
    const word = (text) => html("span", { class: "quiet" }, text);
    if (done === "returned" && held) return row(client.name, word("returned "), valueTag(held));
    if (done) return row(client.name, word(done === "returned" ? "done" : done));
    return held ? row(client.name, word("holds "), valueTag(held)) : null;
  });
  const real = replay && step ? realAnswer(replay[step - 1]) : "";
  return html("table", { class: "seq-holdings" }, html("caption", {}, "Now"), html("tbody", {},
    ...cache,
    row("database", valueTag({ text: state.latest, stale: false }), log),
    ...(scene.replica ? [row("replica", valueTag(state.replica))] : []), ...hands.filter(Boolean),
    ...(real ? [row("real server", real)] : [])));
}

// The clients' source: the line of the step is marked, and where each other client stands.
function sources(scene, step) {
  const now = step ? scene.steps[step - 1].who : -1;
  const last = scene.clients.map((_, who) => scene.steps.slice(0, step).filter((one) => one.who === who && one.line).at(-1));
  return html("div", { class: "seq-sources" }, ...scene.sources.map((source) => {
    const users = new Set(scene.steps.filter((one) => one.source === source.name).map((one) => one.who));
    return html("pre", { role: "region", "aria-label": `source of ${source.name}` }, ...source.lines.map((text, i) => {
      const here = [...users].sort().filter((who) => last[who]?.source === source.name && last[who].line === source.first + i);
      const acts = here.includes(now);
      const which = users.size > 1 ? here.map((who) => scene.clients[who].name.match(/\d*$/)[0]).join(" ") : "";
      const indent = text.search(/\S|$/);
      return html("span", { class: `seq-code${acts ? " now" : ""}`, style: `--indent: ${indent + 4}ch` },
        html("i", { "aria-hidden": "true", class: users.size > 1 ? "shared" : null }, which + (acts ? "▶" : here.length ? "▷" : " ")),
        `${text.replace(/(\S) {2,}#/, "$1  #") || " "}\n`);
    }));
  }));
}

// Every step in words: the text equivalent. `replay` adds what the real server answered.
function stepTable(scene, step, replay) {
  const heads = ["Step", "Who", "Call", "Answer", ...(replay ? ["Real server"] : []), "Cache after", "Database"];
  const cache = (state) => state.cache.map((e) => `${e.key} = ${e.shown}${e.stale ? " (stale)" : ""}`).join("; ") || "empty";
  const line = (number, cells, now) => html("tr", { class: now ? "now" : null, "aria-current": now ? "step" : null },
    html("th", { scope: "row" }, number), ...cells.map((cell) => html("td", {}, cell)));
  const real = (i) => (replay ? [realAnswer(replay[i])] : []);
  const start = line("start", ["", "", "", ...(replay ? [""] : []), cache(scene.start), scene.start.latest], step === 0);
  const rows = scene.steps.map((one, i) =>
    line(i + 1, [one.name, one.call, one.answer ?? "", ...real(i), cache(one.state), one.state.latest], step === i + 1));
  return html("div", { class: "seq-scroll", tabindex: 0, role: "region", "aria-label": "the schedule as a table" },
    html("table", { class: "seq-table" }, html("caption", {}, scene.title),
      html("thead", {}, html("tr", {}, ...heads.map((name) => html("th", { scope: "col" }, name)))),
      html("tbody", {}, start, ...rows)));
}

function realAnswer(real) {
  if (!real?.answer) return "";
  return `${real.answer}, ${real.agrees ? "the same" : "DIFFERENT"}`;
}
