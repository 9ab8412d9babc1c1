import {element, scrolling, select} from "./dom.js";
import {fetchJson} from "./source.js";
import {number, pointText} from "./words.js";

const MOST = 12; // numbers of a parameter that stand each for itself, as in the figure `search`
const RANGES = 8;

// What a point's value of a parameter falls under: itself, or a range of equal width.
function places(points, name) {
  const values = [...new Set(points.map((p) => p.point[name]))];
  if (!values.every((value) => typeof value === "number")) return values.map((value) => ({text: JSON.stringify(value), has: (x) => x === value}));
  values.sort((a, b) => a - b);
  if (values.length <= MOST) return values.map((value) => ({text: String(value), has: (x) => x === value}));
  const low = values[0];
  const width = (values.at(-1) - low) / RANGES;
  return Array.from({length: RANGES}, (_, i) => ({
    text: `${(low + i * width).toPrecision(3)} to ${(low + (i + 1) * width).toPrecision(3)}`,
    has: (x) => Math.min(RANGES - 1, Math.floor((x - low) / width)) === i,
  }));
}

// From light to dark, and black or white on it, whichever can be read better: from a luminance of 0.18 down, white (WCAG 2).
function shade(share) {
  const mix = (from, to) => Math.round(from + (to - from) * share);
  const rgb = [mix(247, 8), mix(251, 48), mix(255, 107)]; // one hue: distinct in grey too
  const [r, g, b] = rgb.map((value) => ((value / 255 + 0.055) / 1.055) ** 2.4);
  return {background: `rgb(${rgb.join(" ")})`, text: 0.2126 * r + 0.7152 * g + 0.0722 * b < 0.18 ? "#ffffff" : "#000000"};
}

export class Search {
  title = "Search";

  constructor(parameters) {
    this.stage = parameters.get("stage");
    this.version = 0; // nothing is read yet
    this.choice = element("div", {class: "filters"});
    this.summary = element("p");
    this.maps = element("div", {class: "maps"});
    this.node = element("div", {}, element("h2", {tabindex: "-1"}, this.title), this.choice, this.summary, this.maps);
  }

  update({status, versions}) {
    const stages = status.stages.filter((stage) => stage.kind === "search").map((stage) => stage.name);
    if (stages.length === 0) {
      this.summary.textContent = "The sweep has no search.";
      return;
    }
    if (!this.choice.firstChild) {
      this.stage ??= stages[0];
      this.choice.append(select("Search", stages.map((name) => [name, name]), this.stage, (stage) => {
        this.stage = stage;
        this.read();
      }));
    }
    if (versions.search === this.version) return;
    this.version = versions.search;
    this.read();
  }

  async read() {
    const stage = this.stage;
    const search = await fetchJson(`api/search/${encodeURIComponent(stage)}`).catch((error) => ({error: error.message}));
    if (stage !== this.stage) return;
    if (search.error) {
      this.summary.textContent = search.error;
      this.maps.replaceChildren();
      return;
    }
    const scored = search.points.filter((p) => p.scored > 0);
    const better = search.goal === "maximize" ? (a, b) => b.mean - a.mean : (a, b) => a.mean - b.mean;
    const chosen = search.points.find((p) => p.chosen);
    const best = chosen ?? [...scored].sort(better)[0];
    const trials = search.points.reduce((sum, p) => sum + p.trials, 0);
    this.summary.textContent = `${search.points.length} points, ${trials} trials, ${scored.reduce((sum, p) => sum + p.scored, 0)} scored by ${
      search.metric} on ${search.condition} (validation). ${best ? `${chosen ? "Chosen" : "Best so far"}: ${pointText(best.point)}, ${number(best.mean, 4)}.` : ""}`;
    const [first, second, third] = search.parameters;
    const pairs = [[first, second], [first, third], [second, third]].filter(([a, b]) => a && b);
    if (pairs.length === 0 && first) pairs.push([first, null]);
    this.maps.replaceChildren(...pairs.map(([rows, columns]) => this.map(search, rows, columns)));
  }

  map(search, rowName, columnName) {
    const rows = places(search.points, rowName);
    const columns = columnName ? places(search.points, columnName) : [{text: "all", has: () => true}];
    const tiles = rows.map((row) => columns.map((column) => {
      const here = search.points.filter((p) => row.has(p.point[rowName]) && column.has(columnName ? p.point[columnName] : null));
      const scored = here.reduce((sum, p) => sum + p.scored, 0);
      const sum = here.reduce((total, p) => total + (p.mean ?? 0) * p.scored, 0);
      return {scored, trials: here.reduce((total, p) => total + p.trials, 0), mean: scored ? sum / scored : null, chosen: here.some((p) => p.chosen)};
    }));
    const means = tiles.flat().map((tile) => tile.mean).filter((mean) => mean !== null);
    const low = Math.min(...means);
    const high = Math.max(...means);
    const share = (mean) => {
      const place = high > low ? (mean - low) / (high - low) : 0.5;
      return search.goal === "maximize" ? place : 1 - place; // dark is good
    };
    const caption = `${search.metric} by ${rowName}${columnName ? ` (down) and ${columnName} (across)` : ""}; dark is better`;
    return scrolling(caption, element("table", {class: "heat"}, element("caption", {}, caption),
      element("thead", {}, element("tr", {}, element("th", {scope: "col"}, rowName.split(".").at(-1)),
        columns.map((column) => element("th", {scope: "col"}, column.text)))),
      element("tbody", {}, rows.map((row, i) => element("tr", {}, element("th", {scope: "row"}, row.text),
        tiles[i].map((tile) => this.tile(tile, share)))))));
  }

  tile(tile, share) {
    const count = `${tile.scored} of ${tile.trials}`;
    const node = element("td", {class: tile.chosen ? "chosen" : null},
      element("span", {}, tile.mean === null ? "–" : tile.mean.toFixed(4)), element("small", {}, tile.chosen ? `${count}, chosen` : count));
    if (tile.mean !== null) {
      const {background, text} = shade(share(tile.mean));
      node.style.backgroundColor = background;
      node.style.color = text;
    }
    return node;
  }
}
