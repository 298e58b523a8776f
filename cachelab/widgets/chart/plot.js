// Draws a figure (figure.py's spec()) as an SVG: plot(place, signal) returns draw(figure).
// The whole picture is made anew each time; that is a few milliseconds and leaves nothing stale.

const DASHES = [null, "7 4", "2 3", "9 3 2 3", "12 4", "1 4", "5 2"];
const TEXT = 11.5; // px, of everything written inside the SVG
const SAMPLE = 20; // px of a curve that stand before its name

function plot(place, signal) {
  const title = html("div", { class: "plot-title" });
  const legend = html("div", { class: "plot-legend" });
  const tip = html("div", { class: "plot-tip", hidden: true, "aria-hidden": "true" });
  const canvas = html("div", { class: "plot-canvas" });
  const values = html("details", { class: "plot-values" }, html("summary", {}, "Values"));
  place.append(html("div", { class: "plot" }, title, legend, html("div", { class: "plot-frame" }, canvas, tip), values));
  let figure = null, width = 0, picture = null, pointer = null;

  const hover = () => picture && showTip(tip, picture, pointer);
  const redraw = () => {
    if (!figure || !width) return;
    title.textContent = figure.title;
    title.hidden = !figure.title;
    picture = drawing(figure, width);
    legend.replaceChildren(...picture.legend);
    legend.hidden = picture.legend.length === 0;
    canvas.replaceChildren(picture.element);
    hover();
    fillTable();
  };
  const fillTable = () => {
    if (!values.open) return;
    values.querySelector("table")?.remove();
    values.append(valueTable(figure));
  };
  values.addEventListener("toggle", fillTable);
  canvas.addEventListener("pointermove", (event) => {
    const box = canvas.getBoundingClientRect();
    pointer = { x: event.clientX - box.left, y: event.clientY - box.top };
    hover();
  });
  canvas.addEventListener("pointerleave", () => { pointer = null; hover(); });
  onWidth(canvas, signal, (next) => { width = next; redraw(); });
  return (next) => { figure = next; redraw(); };
}

// --- the picture -------------------------------------------------------------------------------------

function drawing(figure, width) {
  const lanes = lanesOf(figure);
  return lanes ? lying(figure, width, lanes) : standing(figure, width);
}

// Names of rows, when the figure has rows: categories of bars and points, lanes of a timeline.
function lanesOf(figure) {
  const names = figure.series.flatMap((s) => s.kind === "spans" ? s.spans.map((span) => span.lane)
    : typeof s.x[0] === "string" ? s.x : []);
  const rows = [...new Set([...figure.rows, ...names])];
  return rows.length ? rows : null;
}

// The usual chart: numbers on both axes.
function standing(figure, width) {
  const { series, marks } = figure;
  const bars = series.filter((s) => s.kind === "bars");
  const gap = bars.length ? smallestGap(bars) : 0;
  const xs = series.flatMap((s) => s.kind === "bars" ? s.x.flatMap((x) => [x - gap / 2, x + gap / 2]) : s.x ?? []);
  const ys = series.flatMap((s) => s.y ?? []);
  const yScale = scale(figure.y, [...ys, ...placesOf(marks, "y")], { count: figure.height / 44 });
  const yTitle = axisTitle(figure.y), xTitle = axisTitle(figure.x);

  const [fixedLeft, fixedRight] = figure.margins ?? [];
  const left = fixedLeft ?? Math.ceil(Math.max(24, ...yScale.ticks.map((t) => textWidth(t.text)))) + 8;
  const curves = series.filter((s) => (s.kind === "line" || s.kind === "step") && lastPoint(s));
  const nameWidth = Math.ceil(Math.max(0, ...curves.map((s) => textWidth(s.name)))) + 14;
  const direct = !figure.margins && series.length > 1 && curves.length > 0 && curves.length <= 5 && nameWidth < width * 0.3 && width >= 420;
  const right = fixedRight ?? (direct ? nameWidth + SAMPLE + 4 : 24); // half a tick text fits

  const xScale = scale(figure.x, [...xs, ...placesOf(marks, "x")], { count: (width - left - right) / 85, exact: true });
  xScale.map(left, width - right);
  const flags = stackFlags(marks, xScale, left, width - right, "x", figure.flags);
  const top = (yTitle ? 26 : 8) + flags.height;
  const bottom = top + figure.height;
  yScale.map(bottom, top);

  const out = canvasOf(figure, width, bottom + 20 + (xTitle ? 17 : 0));
  for (const tick of yScale.ticks) {
    out.append(line(left, yScale.at(tick.value), width - right, yScale.at(tick.value), "plot-grid"),
      text(left - 8, yScale.at(tick.value) + 4, tick.text, "plot-tick", "end"));
  }
  for (const tick of xScale.ticks) {
    const x = xScale.at(tick.value);
    out.append(line(x, bottom, x, bottom + 4, "plot-axis"), text(x, bottom + 17, tick.text, "plot-tick", "middle"));
  }
  out.append(line(left, bottom, width - right, bottom, "plot-axis"));
  if (yTitle) out.append(text(0, 11, yTitle, "plot-name"));
  if (xTitle) out.append(text((left + width - right) / 2, bottom + 33, xTitle, "plot-name", "middle"));

  const inside = clip(out, left - 1, top - 8, width - right - left + 2, bottom - top + 9);
  const places = bars.flatMap((s) => s.x); // bars stand beside each other only where they share a place
  const abreast = new Set(places).size < places.length ? bars.length : 1;
  bars.forEach((s, i) => {
    const slot = Math.max(1, (xScale.at(s.x[0] + gap) - xScale.at(s.x[0])) * 0.84 / abreast);
    s.x.forEach((x, j) => {
      const middle = xScale.at(x), high = yScale.at(s.y[j]);
      if (middle === null || high === null || !s.y[j]) return; // nothing has no height: not even an edge
      const from = middle - slot * abreast / 2 + slot * (i % abreast);
      const low = Math.min(bottom, yScale.at(0) ?? bottom);
      inside.append(hinted(svg("rect", { x: from, y: Math.min(high, low), width: Math.max(1, slot - 1),
        height: Math.max(1, Math.abs(low - high)), ...fill(out, s) }), `${figureX(figure, x)}: ${figureY(figure, s.y[j])}`));
    });
  });
  for (const s of series) {
    if (s.kind === "line" || s.kind === "step") inside.append(curve(s, xScale, yScale));
  }
  const drawn = curves.flatMap((s) => s.x.map((x, i) => [xScale.at(x), yScale.at(s.y[i])]));
  drawMarks(out, marks, flags, xScale, yScale, { left, right: width - right, top, bottom }, drawn);
  const free = clip(out, left - 7, top - 8, width - right - left + 14, bottom - top + 15);
  const symbols = series.filter((s) => s.kind === "points").flatMap((s) => s.x.map((x, i) => [xScale.at(x), yScale.at(s.y[i])])
    .filter(([x, y]) => x !== null && y !== null).map((at) => symbol(s, ...at)));
  free.append(...symbols.map(edged), ...symbols);
  if (series.every((s) => !(s.spans ?? s.x).length)) {
    out.append(text((left + width - right) / 2, (top + bottom) / 2 - 12, "no data yet", "plot-tick", "middle"));
  }
  const named = new Set(direct ? curves : []);
  if (direct) nameCurves(out, curves, xScale, yScale, top, bottom, width - right);
  return { element: out, legend: legendOf(series.filter((s) => !named.has(s)), series), figure, width,
    xScale, yScale, frame: { left, right: width - right, top, bottom } };
}

// Rows with names on the left: bars and points of categories, and timelines.
function lying(figure, width, lanes) {
  const { series, marks } = figure;
  const bars = series.filter((s) => s.kind === "bars");
  const spans = series.filter((s) => s.kind === "spans");
  const measure = spans.length ? figure.x : figure.y; // what lies along the horizontal axis
  const along = spans.length ? "x" : "y";
  const points = series.filter((s) => s.kind === "points");
  const values = [...spans.flatMap((s) => s.spans.flatMap((one) => [one.start, one.end])),
    ...series.flatMap((s) => s.y ?? []), ...placesOf(marks, along)];

  const [fixedLeft, fixedRight] = figure.margins ?? [];
  const left = fixedLeft ?? Math.min(Math.ceil(Math.max(...lanes.map(textWidth))) + 14, Math.floor(width * 0.38));
  const ends = spans.length ? [] : series.flatMap((s) => s.y).map((v) => textWidth(quantity(v, measure.unit)));
  const right = fixedRight ?? Math.ceil(Math.max(14, ...ends)) + 10;
  const measured = scale(measure, values, { count: (width - left - right) / 80, exact: spans.length > 0 });
  measured.map(left, width - right);
  const flags = stackFlags(marks.filter((m) => m.axis === along), measured, left, width - right, along);
  const top = 4 + flags.height;
  const row = spans.length ? 22 : 14 + 16 * Math.max(1, bars.length);
  const bottom = top + row * lanes.length;
  const title = axisTitle(measure);
  const out = canvasOf(figure, width, bottom + 20 + (title ? 17 : 0));
  const middle = (name) => top + row * (lanes.indexOf(name) + 0.5);

  for (const tick of measured.ticks) {
    const x = measured.at(tick.value);
    out.append(line(x, top, x, bottom, "plot-grid"), text(x, bottom + 17, tick.text, "plot-tick", "middle"));
  }
  for (const name of lanes) {
    out.append(hinted(text(left - 10, middle(name) + 4, shortened(name, left - 11), "plot-lane", "end"), name));
    if (!bars.length) out.append(line(left, middle(name), width - right, middle(name), "plot-grid"));
  }
  if (title) out.append(text((left + width - right) / 2, bottom + 33, title, "plot-name", "middle"));

  const start = measured.domain[0] > 0 || measured.log ? left : measured.at(0);
  bars.forEach((s, i) => s.x.forEach((name, j) => {
    const end = measured.at(s.y[j]);
    const y = middle(name) + 16 * (i - (bars.length - 1) / 2);
    if (end !== null) {
      out.append(svg("rect", { x: Math.min(start, end), y: y - 6, width: Math.max(1.5, Math.abs(end - start)), height: 12,
        rx: 1.5, ...fill(out, s) }));
    }
    out.append(text(Math.max(start, end ?? start) + 6, y + 4, quantity(s.y[j], measure.unit), "plot-value halo"));
  }));
  for (const name of lanes) {
    const here = points.map((s) => ({ s, value: s.y[s.x.indexOf(name)] })).filter(({ value }) => measured.at(value) !== null)
      .sort((a, b) => a.value - b.value);
    if (here.length > 1) {
      out.append(line(measured.at(here[0].value), middle(name), measured.at(here.at(-1).value), middle(name), "plot-reach"));
    }
    here.forEach(({ s, value }, i) => {
      const x = measured.at(value);
      const one = symbol(s, x, middle(name));
      out.append(edged(one), one);
      const words = quantity(value, measure.unit);
      const low = here.length > 1 && i === 0 && x - left > textWidth(words) + 10;
      if (low) out.append(text(x - 9, middle(name) + 4, words, "plot-value halo", "end"));
      else if (i === here.length - 1) out.append(text(x + 9, middle(name) + 4, words, "plot-value halo"));
    });
  }
  for (const s of spans) {
    for (const span of s.spans) {
      const from = measured.at(span.start), to = measured.at(span.end);
      if (from === null || to === null) continue;
      const size = Math.max(2.5, to - from);
      const hint = `${span.lane}: ${s.name}, ${quantity(span.start, measure.unit)} to ${quantity(span.end, measure.unit)}`;
      out.append(hinted(svg("rect", { x: from, y: middle(span.lane) - 7, width: size, height: 14, rx: 2, ...fill(out, s) }), hint));
      if (span.text && textWidth(span.text) + 8 < size) {
        const half = textWidth(span.text) / 2 + 4, x = from + size / 2, plain = s.place % 4 === 0;
        // a plate, for a halo over a pattern is a smear; on a plain bar it would look like a gap
        if (!plain) out.append(svg("rect", { x: x - half, y: middle(span.lane) - 7, width: 2 * half, height: 14, class: "plot-plate" }));
        out.append(text(x, middle(span.lane) + 4, span.text, plain ? "plot-value plot-on" : "plot-value", "middle"));
      }
    }
  }
  drawMarks(out, marks.filter((m) => m.axis === along).map((m) => ({ ...m, axis: "x" })), flags, measured, null,
    { left, right: width - right, top, bottom });
  return { element: out, legend: legendOf(series, series), figure, width, xScale: measured, yScale: null };
}

function canvasOf(figure, width, height) {
  const what = figure.series.map((s) => `${s.name}${s.kind === "spans" ? `, ${s.spans.length} span${s.spans.length === 1 ? "" : "s"}`
    : lastPoint(s) ? `, last ${figureY(figure, lastPoint(s)[1])}` : ", no data yet"}`);
  return svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": `${figure.title || "Chart"}: ${what.join("; ")}` }, svg("defs"));
}

// --- scales ------------------------------------------------------------------------------------------

// The domain and ticks of one axis. `exact`: the domain ends where the data ends; else at a tick, and at zero.
function scale(axis, all, { count, exact = false }) {
  const log = axis.scale === "log";
  const values = all.filter((v) => v !== null && (!log || v > 0));
  let low = Math.min(...values), high = Math.max(...values);
  if (!values.length) [low, high] = log ? [1, 10] : [0, 1];
  let domain;
  if (axis.range) domain = axis.range;
  else if (log) domain = exact && low < high ? [low, high] : logDomain(low, high);
  else domain = linearDomain(low, high, { percent: axis.unit === "%", exact });
  const most = Math.max(2, Math.floor(count));
  const step = log ? null : niceStep((domain[1] - domain[0]) / most, Math.max(...domain.map(Math.abs)), axis.unit);
  if (!log && !exact && !axis.range) {
    domain = [Math.floor(domain[0] / step + 1e-9) * step, Math.ceil(domain[1] / step - 1e-9) * step];
  }
  const ticks = log ? logTicks(domain, most, axis.unit) : linearTicks(domain, step, axis.unit);
  const warp = log ? Math.log10 : (v) => v;
  const result = { domain, ticks, log };
  result.map = (from, to) => {
    const a = warp(domain[0]), b = warp(domain[1]);
    result.at = (v) => v === null || v === undefined || (log && v <= 0) ? null
      : from + ((warp(v) - a) / (b - a)) * (to - from);
  };
  return result;
}

function linearDomain(low, high, { percent, exact }) {
  if (!exact) {
    if (percent && low >= 0 && high <= 1) return [0, 1];
    if (low > 0) low = 0;
    if (high < 0) high = 0;
  }
  if (low < high) return [low, high];
  return low === 0 ? [0, 1] : [low - Math.abs(low) / 2, high + Math.abs(high) / 2];
}

// Whole decades, or 1-2-5 steps where the data spans little more than one.
function logDomain(low, high) {
  const steps = high / low > 30 ? [1, 10] : [1, 2, 5, 10];
  const around = (v) => steps.map((s) => s * 10 ** Math.floor(Math.log10(v) + 1e-9));
  const from = Math.max(...around(low).filter((t) => t <= low * 1.0001));
  const to = Math.min(...around(high).filter((t) => t >= high * 0.9999));
  return from < to ? [from, to] : [from, from * 10];
}

// The next step a person would choose: 1, 2, 5 in the unit shown, or quarters and halves of an hour.
function niceStep(raw, largest, unit) {
  const [factor] = prefix(largest, unit);
  const bare = raw / factor;
  if (unit === "s" && factor >= 60) {
    const steps = { 60: [1, 2, 5, 10, 15, 30, 60], 3600: [0.25, 0.5, 1, 2, 3, 6, 12, 24], 86400: [0.25, 0.5, 1, 2, 5, 10] }[factor];
    return (steps.find((s) => s >= bare) ?? Math.ceil(bare / steps.at(-1)) * steps.at(-1)) * factor;
  }
  const decade = 10 ** Math.floor(Math.log10(bare));
  return [1, 2, 5, 10].find((s) => s * decade >= bare * 0.9) * decade * factor;
}

function linearTicks([low, high], step, unit) {
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const [factor, tail] = prefix(largest, unit);
  let places = 0;
  const uneven = (n) => Math.abs((step / factor) * 10 ** n - Math.round((step / factor) * 10 ** n)) > 1e-6;
  while (places < 6 && uneven(places)) places++;
  if (unit === "$" && places) places = 2;
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i <= Math.floor(high / step + 1e-9); i++) {
    const value = i * step;
    const scaled = Math.abs(value / factor);
    const number = scaled >= 1e15 ? scaled.toPrecision(2) : decimals(scaled, places, places);
    const text = i === 0 ? { "%": "0%", $: "$0" }[unit] ?? "0"
      : `${value < 0 ? "−" : ""}${unit === "$" ? "$" : ""}${number}${shortTail(tail, unit)}`;
    ticks.push({ value, text });
  }
  return ticks;
}

function logTicks([low, high], most, unit) {
  const decades = Math.log10(high / low);
  const steps = decades < 1.99 && most > 3 ? [1, 2, 5] : [1]; // whole decades alone might leave one tick
  const every = Math.max(1, Math.ceil(decades / most));
  const ticks = [];
  const first = Math.floor(Math.log10(low) + 1e-9);
  for (let power = first; power <= Math.log10(high) + 1e-9; power++) {
    if ((power - first) % every) continue;
    for (const s of steps) {
      const value = Number((s * 10 ** power).toPrecision(3));
      if (value >= low * 0.999 && value <= high * 1.001) {
        ticks.push({ value, text: quantity(value, isWord(unit) ? "" : unit) });
      }
    }
  }
  return ticks;
}

// A unit that is a word stands once, in the axis title, and not at each tick.
const isWord = (unit) => unit !== "$" && !(unit in PREFIXES) && !unit.startsWith("/");
const shortTail = (tail, unit) => isWord(unit) ? tail.slice(0, tail.indexOf(" ")) : tail;

function axisTitle({ label, unit }) {
  if (!isWord(unit) || label === unit) return label;
  return label ? `${label} (${unit})` : unit;
}

// --- pieces ------------------------------------------------------------------------------------------

function line(x1, y1, x2, y2, name) {
  return svg("line", { x1, y1, x2, y2, class: name });
}

function text(x, y, words, name, anchor = "start") {
  return svg("text", { x, y, class: name, "text-anchor": anchor }, words);
}

function hinted(element, words) {
  element.append(svg("title", {}, words));
  return element;
}

function clip(out, x, y, width, height) {
  const id = unique("clip");
  out.querySelector("defs").append(svg("clipPath", { id }, svg("rect", { x, y, width, height })));
  const group = svg("g", { "clip-path": `url(#${id})` });
  out.append(group);
  return group;
}

function curve(s, xScale, yScale) {
  const runs = [[]]; // without the gaps
  s.x.forEach((x, i) => {
    const at = [xScale.at(x), yScale.at(s.y[i])];
    if (at[0] === null || at[1] === null) runs.push([]);
    else runs.at(-1).push(at.map((v) => v.toFixed(1)));
  });
  const joint = s.kind === "step" ? ([x, y]) => `H${x}V${y}` : ([x, y]) => `L${x} ${y}`;
  const path = runs.map((run) => run.map((at, i) => (i ? joint(at) : `M${at[0]} ${at[1]}`)).join("")).join("");
  const color = `var(--${s.color})`;
  return svg("g", {},
    svg("path", { d: path, class: "plot-curve", style: `stroke:${color}`, "stroke-dasharray": DASHES[s.place % DASHES.length] }),
    ...runs.filter((run) => run.length === 1).map(([[cx, cy]]) => svg("circle", { cx, cy, r: 2.5, style: `fill:${color}` })));
}

function symbol(s, x, y, size = 4.2) {
  const color = `var(--${s.color})`;
  const at = (d) => svg("path", { d, style: `fill:${color};stroke:${color}`, class: "plot-symbol" });
  const r = size;
  switch (s.shape) {
    case "cross": return svg("path", { d: `M${x - r} ${y - r}L${x + r} ${y + r}M${x - r} ${y + r}L${x + r} ${y - r}`,
      class: "plot-symbol", style: `stroke:${color};stroke-width:2.4` });
    case "ring": return svg("circle", { cx: x, cy: y, r, class: "plot-symbol", style: `stroke:${color};stroke-width:2;fill:var(--paper)` });
    case "diamond": return at(`M${x} ${y - r - 1}L${x + r + 1} ${y}L${x} ${y + r + 1}L${x - r - 1} ${y}Z`);
    case "square": return at(`M${x - r} ${y - r}H${x + r}V${y + r}H${x - r}Z`);
    case "triangle": return at(`M${x} ${y - r - 1}L${x + r + 1} ${y + r}H${x - r - 1}Z`);
    default: return svg("circle", { cx: x, cy: y, r, class: "plot-symbol", style: `fill:${color};stroke:${color}` });
  }
}

// What lies under a symbol: its outline in the colour of the paper, so that it stands out from a bar or a curve.
function edged(one) {
  const edge = one.cloneNode();
  edge.removeAttribute("style");
  edge.setAttribute("class", "plot-edge");
  return edge;
}

// Bars and spans: plain, hatched, outlined, dotted, so that colour is not the only difference.
function fill(out, s) {
  const color = `var(--${s.color})`;
  const style = s.place % 4;
  if (style === 0) return { style: `fill:${color}` };
  if (style === 2) return { style: `fill:var(--paper);stroke:${color};stroke-width:1.5` };
  const id = `${out.dataset.name ??= unique("fill")}-${s.place}`;
  const defs = out.querySelector("defs");
  if (!defs.querySelector(`#${id}`)) {
    const drawn = style === 1 ? svg("path", { d: "M0 5L5 0M-1 1L1 -1M4 6L6 4", style: `stroke:${color};stroke-width:1.5` })
      : svg("circle", { cx: 2.5, cy: 2.5, r: 1.3, style: `fill:${color}` });
    defs.append(svg("pattern", { id, width: 5, height: 5, patternUnits: "userSpaceOnUse" },
      svg("rect", { width: 5, height: 5, style: "fill:var(--paper)" }), drawn));
  }
  return { style: `fill:url(#${id});stroke:${color};stroke-width:1` };
}

function swatch(s) {
  const out = svg("svg", { width: 26, height: 12, "aria-hidden": "true" }, svg("defs"));
  if (s.kind === "points") out.append(symbol(s, 13, 6, 4));
  else if (s.kind === "bars" || s.kind === "spans") out.append(svg("rect", { x: 4, y: 1, width: 18, height: 10, rx: 1.5, ...fill(out, s) }));
  else out.append(svg("path", { d: "M1 6H25", class: "plot-curve", style: `stroke:var(--${s.color})`, "stroke-dasharray": DASHES[s.place % DASHES.length] }));
  return out;
}

function legendOf(shown, all) {
  return all.length < 2 ? [] : shown.map((s) => html("span", {}, swatch(s), s.name));
}

// Names at the ends of their curves, pushed apart where they would overlap: a piece of the curve says whose each is.
function nameCurves(out, curves, xScale, yScale, top, bottom, edge) {
  const names = curves.map((s) => {
    const [x, y] = lastPoint(s);
    return { s, x: Math.min(xScale.at(x), edge), from: yScale.at(y), y: Math.min(bottom, Math.max(top, yScale.at(y))) };
  }).sort((a, b) => a.y - b.y);
  for (let i = 1; i < names.length; i++) names[i].y = Math.max(names[i].y, names[i - 1].y + 15);
  let limit = bottom + 4;
  for (const name of [...names].reverse()) {
    name.y = Math.min(name.y, limit);
    limit = name.y - 15;
  }
  for (const { s, x, from, y } of names) {
    out.append(svg("path", { d: `M${x + 2} ${Math.min(bottom, Math.max(top, from))}L${edge + 8} ${y}`, class: "plot-leader", style: `stroke:var(--${s.color})` }),
      svg("path", { d: `M${edge + 9} ${y}h${SAMPLE}`, class: "plot-sample", style: `stroke:var(--${s.color})`, "stroke-dasharray": DASHES[s.place % DASHES.length] }),
      text(edge + SAMPLE + 14, y + 4, s.name, "plot-lane halo"));
  }
}

const placesOf = (marks, axis) => marks.filter((m) => m.axis === axis).map((m) => m.at);

// Labels of vertical lines, in as many rows as they need above the plot.
// `room` rows are there from the start, so that the first flag moves nothing.
function stackFlags(marks, xScale, left, right, axis = "x", room = 0) {
  const rows = [];
  const flags = new Map();
  for (const mark of marks.filter((m) => m.axis === axis && m.at !== null).sort((a, b) => a.at - b.at)) {
    const x = xScale.at(mark.at);
    if (x === null || x < left - 1 || x > right + 1) continue;
    const width = textWidth(mark.name) + 8;
    const start = x + width > right + 10 ? x - width : x;
    let row = rows.findIndex((end) => end <= start);
    if (row < 0) row = rows.length;
    rows[row] = start + width;
    flags.set(mark.name, { x, row, before: start < x });
  }
  const count = Math.max(rows.length, room);
  return { rows: flags, height: count ? count * 15 + 2 : 0 };
}

function drawMarks(out, marks, flags, xScale, yScale, { left, right, top, bottom }, drawn = []) {
  for (const mark of marks) {
    if (mark.axis === "x") {
      const flag = flags.rows.get(mark.name);
      if (!flag) continue;
      const y = top - flags.height + 12 + flag.row * 15;
      out.append(line(flag.x, y - 10, flag.x, bottom, "plot-mark"),
        text(flag.x + (flag.before ? -5 : 5), y, mark.name, "plot-flag halo", flag.before ? "end" : "start"));
    } else if (yScale) {
      const y = yScale.at(mark.at);
      if (y === null || y < top - 1 || y > bottom + 1) continue;
      // above or below its line, at either end: where the fewest points of the curves are
      const wide = textWidth(mark.name);
      const places = [y - 5, y + 13].filter((at) => at > top + 8 && at < bottom - 2).flatMap((at) =>
        [left + 6, right - 6 - wide].map((x) => ({ x, at, hit: drawn.filter((one) => one[0] !== null && one[1] !== null
          && one[0] > x - 4 && one[0] < x + wide + 4 && one[1] > at - 13 && one[1] < at + 4).length })));
      const { x, at } = places.reduce((best, one) => (one.hit < best.hit ? one : best), places[0] ?? { x: left + 6, at: y - 5 });
      out.append(line(left, y, right, y, "plot-mark"), text(x, at, mark.name, "plot-flag halo"));
    }
  }
}

function smallestGap(bars) {
  const xs = [...new Set(bars.flatMap((s) => s.x))].filter((x) => x !== null).sort((a, b) => a - b);
  const gaps = xs.slice(1).map((x, i) => x - xs[i]);
  return gaps.length ? Math.min(...gaps) : 1;
}

function lastPoint(s) {
  for (let i = (s.x?.length ?? 0) - 1; i >= 0; i--) if (s.x[i] !== null && s.y[i] !== null) return [s.x[i], s.y[i]];
  return null;
}

// Asking for the font makes the browser settle the style of the whole page, so widths are kept.
const ruler = document.createElement("canvas").getContext("2d");
const widths = new Map();
function textWidth(words) {
  if (!widths.size) {
    const family = getComputedStyle(document.body).getPropertyValue("--jp-ui-font-family");
    ruler.font = `${TEXT}px ${family || "system-ui, sans-serif"}`;
  }
  if (widths.size > 5000) widths.clear();
  if (!widths.has(words)) widths.set(words, ruler.measureText(words).width);
  return widths.get(words);
}

function shortened(words, most) {
  if (textWidth(words) <= most) return words;
  let end = words.length;
  while (end > 1 && textWidth(words.slice(0, end) + "…") > most) end--;
  return words.slice(0, end).trimEnd() + "…";
}

const figureX = (figure, x) => typeof x === "string" ? x : quantity(x, figure.x.unit);
const figureY = (figure, y) => quantity(y, figure.y.unit);

// --- reading values ----------------------------------------------------------------------------------

// The values at the x nearest to the pointer.
function showTip(tip, { element, figure, width, xScale, yScale, frame }, pointer) {
  element.querySelector(".plot-cursor")?.remove();
  tip.hidden = true;
  if (!pointer || !yScale || pointer.x < frame.left - 4 || pointer.x > frame.right + 4) return;
  const near = figure.series.map((s) => {
    let best = null;
    s.x.forEach((x, i) => {
      const px = xScale.at(x);
      if (px === null || s.y[i] === null) return;
      const away = Math.abs(px - pointer.x);
      if (!best || away < best.away) best = { s, px, x, y: s.y[i], away };
    });
    return best;
  }).filter((one) => one && one.px >= frame.left - 1 && one.px <= frame.right + 1);
  if (!near.length) return;
  const first = near.reduce((a, b) => (b.away < a.away ? b : a));
  const together = near.filter((one) => Math.abs(one.px - first.px) < 6);
  element.append(line(first.px, frame.top, first.px, frame.bottom, "plot-cursor"));
  const axis = axisTitle(figure.x);
  tip.replaceChildren(html("div", { class: "quiet" }, `${axis ? `${axis} ` : ""}${figureX(figure, first.x)}`),
    ...together.map(({ s, y }) => html("div", {}, swatch(s), html("span", {}, s.name), html("b", {}, figureY(figure, y)))));
  tip.hidden = false;
  const before = first.px > width / 2;
  tip.style.left = before ? "auto" : `${first.px + 12}px`;
  tip.style.right = before ? `${width - first.px + 12}px` : "auto";
  tip.style.top = `${frame.top + 4}px`;
}

// The same values as a table, for those who read rather than look: at most twelve rows.
function valueTable(figure) {
  const head = (...cells) => html("tr", {}, ...cells.map((c) => html("th", { scope: "col" }, c)));
  const row = (...cells) => html("tr", {}, ...cells.map((c, i) => html(i ? "td" : "th", i ? {} : { scope: "row" }, c)));
  const table = html("table", {}, html("caption", { class: "hidden" }, figure.title || "values"));
  const spans = figure.series.filter((s) => s.kind === "spans");
  if (spans.length) {
    const x = (v) => quantity(v, figure.x.unit);
    table.append(head("lane", "what", "from", "to"), ...spans.flatMap((s) => s.spans.map((one) =>
      row(one.lane, [s.name, one.text].filter(Boolean).join(": "), x(one.start), x(one.end)))));
    return table;
  }
  let xs = [...new Set(figure.series.flatMap((s) => s.x))];
  if (typeof xs[0] !== "string") {
    xs = xs.filter((x) => x !== null).sort((a, b) => a - b);
    if (xs.length > 12) xs = Array.from({ length: 12 }, (_, i) => xs[Math.round((i * (xs.length - 1)) / 11)]);
  }
  table.append(head(axisTitle(figure.x) || "x", ...figure.series.map((s) => s.name)), ...xs.map((x) =>
    row(figureX(figure, x), ...figure.series.map((s) => {
      const i = s.x.indexOf(x);
      return i < 0 ? "" : figureY(figure, s.y[i]);
    }))));
  for (const mark of figure.marks.filter((m) => m.at !== null)) {
    table.append(row(`${mark.name}: ${mark.axis === "x" ? figureX(figure, mark.at) : figureY(figure, mark.at)}`));
  }
  return table;
}
