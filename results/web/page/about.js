import {element} from "./dom.js";
import {fetchJson} from "./source.js";

export class About {
  title = "About";

  constructor() {
    this.version = element("p");
    this.licence = element("pre", {tabindex: "0", "aria-label": "Licence of Chart.js"});
    this.charts = element("h3");
    this.node = element("div", {}, element("h2", {tabindex: "-1"}, this.title), this.version,
      element("p", {}, "This page only reads. The same numbers: ", element("a", {href: "api/status"}, "api/status"), ", ",
        element("a", {href: "metrics"}, "metrics"), "; docs/web.md tells the others."),
      this.charts, this.licence);
    fetchJson("api/about").then(({version, charts, licence}) => {
      this.version.textContent = `missmodal ${version}`;
      this.charts.textContent = charts ? "Charts: Chart.js" : "Built without Chart.js: numbers instead of charts";
      this.licence.textContent = licence;
      this.licence.hidden = !charts;
    }).catch(() => {});
  }

  update() {}
}
