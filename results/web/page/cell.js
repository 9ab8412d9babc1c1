import {element, scrolling} from "./dom.js";
import {Listing} from "./listing.js";
import {Plot, chartsAreThere, numbers} from "./plot.js";
import {fetchJson} from "./source.js";
import {duration, pointText, time} from "./words.js";

const LOSS = {colour: "#0072b2", dashes: 1};
const MAE = {colour: "#d55e00", dashes: 2};

export class Cell {
  constructor(_parameters, id) {
    this.id = id;
    this.title = `Cell ${id.slice(0, 12)}`;
    this.seen = null;
    this.plots = [new Plot("Loss", "epoch"), new Plot("Validation MAE", "epoch")];
    this.facts = element("dl", {class: "facts"});
    this.attempts = new Listing("Attempts", [
      {name: "attempt", number: true, text: (a) => a.attempt},
      {name: "state", state: true, text: (a) => a.state},
      {name: "begun", text: (a) => time(a.started_unix)},
      {name: "took", number: true, text: (a) => (a.ended_unix ? duration(a.ended_unix - a.started_unix) : "–")},
      {name: "ranks", text: (a) => a.members.map((m) => `${m.host} rank ${m.rank} (${m.device})`).join("; ")},
      {name: "what failed", text: (a) => (a.failure ? `${a.failure}: ${a.message}${a.pardoned ? ` (does not count: ${a.pardoned})` : ""}` : "")},
    ], "none yet");
    this.figures = element("div", {});
    this.configuration = element("pre", {tabindex: "0", "aria-label": "Configuration"});
    this.trouble = element("p", {role: "alert"});
    this.node = element("div", {}, element("h2", {tabindex: "-1"}, this.title), this.trouble, this.facts,
      element("div", {class: "plots"}, this.plots.map((plot) => plot.node)), this.attempts.node,
      element("details", {}, element("summary", {}, "Epochs in numbers"), this.figures),
      element("details", {}, element("summary", {}, "Configuration"), this.configuration));
  }

  // Read again when it is at another epoch, or the cells have changed.
  update({status, versions}) {
    const running = (status.running_cells ?? []).find((one) => one.cell.startsWith(this.id));
    const mark = `${versions.cells} ${running ? running.epoch : ""}`;
    if (mark === this.seen || this.reading) return;
    this.seen = mark;
    this.reading = true;
    this.read().finally(() => { this.reading = false; });
  }

  async read() {
    try {
      const [Chart, story] = await Promise.all([chartsAreThere(fetchJson), fetchJson(`api/cells/${this.id}`)]);
      this.trouble.textContent = "";
      this.show(Chart, story);
    } catch (error) {
      this.trouble.textContent = error.message;
    }
  }

  show(Chart, story) {
    const places = story.places.map((p) => `${p.stage}, ${p.index + 1} of ${p.planned}${p.variant ? `, ${p.variant}` : ""}${
      p.kind === "search" ? `, ${pointText(p.point)}` : ""}`).join("; ");
    const facts = {State: story.state, Why: story.why, "What to do": story.to_do, Place: places, Seed: String(story.seed),
      Losses: story.terms, "Best epoch": String(story.best_epoch ?? "–")};
    this.facts.replaceChildren(...Object.entries(facts).map(([name, text]) =>
      element("div", {}, element("dt", {}, name), element("dd", {}, text))));
    const loss = [{name: "loss", ...LOSS, points: story.curve.map((e) => ({x: e.epoch, y: e.losses.total}))}];
    const mae = [{name: "valid MAE", ...MAE, points: story.curve.map((e) => ({x: e.epoch, y: e.valid_mae}))}];
    this.last = [Chart, loss, mae];
    this.redraw();
    this.attempts.showAll(story.attempts);
    const open = this.figures.parentNode.open;
    this.figures.replaceChildren(story.curve.length ? numbers("Epochs", "epoch", [...loss, ...mae], 4) : element("p", {}, "no epoch yet"));
    this.figures.parentNode.open = open;
    this.configuration.textContent = JSON.stringify(story.configuration, null, 2);
  }

  redraw() {
    const [Chart, loss, mae] = this.last ?? [];
    if (!this.last) return;
    this.plots[0].draw(Chart, loss);
    this.plots[1].draw(Chart, mae);
  }

  restyle() {
    this.plots.forEach((plot) => plot.restyle());
    this.redraw();
  }
}
