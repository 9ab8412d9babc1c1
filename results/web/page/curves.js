import {element, select} from "./dom.js";
import {Plot, chartsAreThere, numbers} from "./plot.js";
import {fetchJson} from "./source.js";

// As in the figures.
const PANELS = [["acc7", "Acc7 (%)", 2], ["acc2_non0", "Acc2 non0 (%)", 2], ["f1_non0", "F1 non0 (%)", 2], ["mae", "MAE", 3], ["corr", "Corr", 3]];
const DIFFERENCE = "MissModal - without"; // in the tables alone

export class Curves {
  title = "Curves";

  constructor() {
    this.version = 0; // nothing is read yet
    this.chosen = null;
    this.choice = element("div", {class: "filters"});
    this.heading = element("h3");
    this.plots = PANELS.map(([, title]) => new Plot(title, "missing (%)"));
    this.figures = element("div");
    this.details = element("details", {}, element("summary", {}, "The same in numbers"), this.figures);
    this.node = element("div", {}, element("h2", {tabindex: "-1"}, this.title), this.choice, this.heading,
      element("div", {class: "plots"}, this.plots.map((plot) => plot.node)), this.details);
  }

  update({versions}) {
    if (versions.curves === this.version) return;
    this.version = versions.curves;
    this.read();
  }

  async read() {
    const [Chart, {curves, strokes}] = await Promise.all([chartsAreThere(fetchJson), fetchJson("api/curves").catch(() => ({curves: [], strokes: {}}))]);
    this.Chart = Chart;
    this.curves = curves;
    this.strokes = strokes;
    this.details.open = this.details.open || !Chart;
    this.chosen = curves.some((curve) => curve.name === this.chosen) ? this.chosen : curves[0]?.name;
    this.choice.replaceChildren(...(curves.length > 1 ? [select("Figure", curves.map((curve) => [curve.name, curve.title.split(":")[0]]), this.chosen,
      (name) => {
        this.chosen = name;
        this.show();
      })] : []));
    this.show();
  }

  series(rows, metric) {
    const lines = new Map();
    for (const row of rows) {
      if (row.model === DIFFERENCE || row[metric] === null) continue;
      const name = `${row.model}${row.remark ? ` (${row.remark})` : ""}`;
      if (!lines.has(name)) {
        const {colour, dashes} = this.strokes[row.model];
        lines.set(name, {name, colour, dashes, points: []});
      }
      const y = row[metric];
      const spread = row[`${metric}_sd`] ?? 0;
      lines.get(name).points.push({x: row.rate_percent, y, low: y - spread, high: y + spread});
    }
    return [...lines.values()];
  }

  show() {
    const curve = this.curves?.find((one) => one.name === this.chosen);
    this.heading.textContent = curve ? curve.title : "No curve yet: it needs accepted cells of a repeat stage.";
    this.plots.forEach((plot) => { plot.node.hidden = !curve; });
    this.details.hidden = !curve;
    if (!curve) return;
    this.figures.replaceChildren(...PANELS.map(([metric, title, digits], index) => {
      const series = this.series(curve.rows, metric);
      this.plots[index].draw(this.Chart, series);
      return numbers(title, "missing (%)", series, digits);
    }));
  }

  restyle() {
    this.plots.forEach((plot) => plot.restyle());
    if (this.curves) this.show();
  }
}
