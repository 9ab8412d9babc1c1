// Lines with Chart.js where it was built in; without it the numbers of the table below are all there is.

import {element, scrolling} from "./dom.js";

let loading = null;

function chartJs() {
  loading ??= new Promise((resolve) => {
    const script = element("script", {src: "chart.js", onload: () => resolve(window.Chart), onerror: () => resolve(null)});
    document.head.append(script);
  });
  return loading;
}

let known = null;
export async function chartsAreThere(fetchJson) {
  known ??= fetchJson("api/about").then((about) => about.charts).catch(() => false);
  return (await known) ? chartJs() : null;
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// series: {name, colour, dashes, points: [{x, y, low, high}]}
export class Plot {
  constructor(title, xTitle) {
    this.title = title;
    this.xTitle = xTitle;
    this.canvas = element("canvas", {role: "img", "aria-label": title});
    this.node = element("figure", {class: "plot"}, element("figcaption", {}, title), element("div", {class: "canvas"}, this.canvas));
    this.chart = null;
  }

  draw(Chart, series) {
    if (!Chart) {
      this.node.hidden = true;
      return;
    }
    const datasets = series.flatMap((one) => this.datasets(one));
    this.canvas.setAttribute("aria-label", `${this.title}: ${series.map((one) => one.name).join(", ")}; the numbers stand below`);
    if (this.chart) {
      this.chart.data.datasets = datasets;
      this.chart.update("none");
      return;
    }
    const axis = (text, ticks) => ({type: "linear", title: {display: Boolean(text), text, color: colour("--text")},
      ticks: {color: colour("--text"), ...ticks}, grid: {color: colour("--line")}});
    this.chart = new Chart(this.canvas, {
      type: "line",
      data: {datasets},
      options: {
        animation: false, maintainAspectRatio: false, parsing: false, normalized: true,
        interaction: {mode: "nearest", intersect: false},
        scales: {x: axis(this.xTitle, {precision: 0}), y: axis("", {})}, // epochs and rates are whole
        plugins: {legend: {labels: {usePointStyle: true, pointStyle: "line", color: colour("--text"), filter: (item) => !item.text.startsWith("\u0000")}}},
      },
    });
  }

  datasets(one) {
    const stroke = one.colour === "#000000" ? colour("--text") : one.colour;
    const line = {label: one.name, data: one.points, borderColor: stroke, backgroundColor: stroke, borderWidth: 2, pointRadius: 2,
      borderDash: [[], [], [6, 4], [2, 3], [8, 3, 2, 3], [12, 4]][one.dashes] ?? [], spanGaps: true};
    if (!one.points.some((point) => point.low !== undefined && point.low !== point.y)) return [line];
    const edge = (name, fill) => ({label: `\u0000${name}`, data: one.points.map((point) => ({x: point.x, y: point[name]})),
      borderWidth: 0, pointRadius: 0, pointHitRadius: 0, backgroundColor: `${one.colour}33`, fill});
    return [line, edge("low", false), edge("high", "-1")];
  }

  restyle() {
    this.chart?.destroy();
    this.chart = null;
  }
}

// The same numbers to be read: a row for each x, a column for each series.
export function numbers(caption, xName, series, digits) {
  const places = [...new Set(series.flatMap((one) => one.points.map((point) => point.x)))].sort((a, b) => a - b);
  const found = series.map((one) => new Map(one.points.map((point) => [point.x, point.y])));
  const table = element("table", {}, element("caption", {}, caption),
    element("thead", {}, element("tr", {}, element("th", {scope: "col"}, xName),
      series.map((one) => element("th", {scope: "col", class: "number"}, one.name)))),
    element("tbody", {}, places.map((x) => element("tr", {}, element("th", {scope: "row"}, String(x)),
      found.map((one) => element("td", {class: "number"}, typeof one.get(x) === "number" ? one.get(x).toFixed(digits) : "–"))))));
  return scrolling(caption, table);
}
