import {element, setText} from "./dom.js";
import {Listing} from "./listing.js";
import {duration, number, pointText, shortId} from "./words.js";

const STATES = ["accepted", "diverged", "parked", "running", "pending"];

export const cellHref = (item) => (item.cell ? `#cell/${item.cell}` : null);

export function done(status) {
  return status.cells.accepted + status.cells.diverged + status.cells.parked;
}

// Cells that no stage has yet: they wait for the winner of a search.
function waiting(status) {
  return status.stages.reduce((sum, s) => sum + Math.max(0, s.planned - STATES.reduce((there, state) => there + s[state], 0)), 0);
}

export class Overview {
  title = "Overview";

  constructor() {
    this.facts = Object.fromEntries(["Done", "Rate", "Time left", "Running", "Failures", "Best so far", "Time spent"].map(
      (name) => [name, element("dd", {}, "–")]));
    this.bar = element("div", {class: "bar", role: "img"}, STATES.map((state) => element("span", {"data-state": state})));
    this.legend = element("ul", {class: "legend"}, STATES.map((state) =>
      element("li", {}, element("span", {class: "swatch", "data-state": state, "aria-hidden": "true"}), element("span"))));
    this.stages = new Listing("Stages", [
      {name: "stage", text: (s) => s.name, href: (s) => `#cells?stage=${encodeURIComponent(s.name)}`},
      {name: "kind", text: (s) => s.kind},
      {name: "planned", number: true, text: (s) => s.planned},
      ...["pending", "running", "accepted", "diverged", "parked"].map((state) => ({name: state, number: true, text: (s) => s[state]})),
      {name: "selected", text: (s) => (s.selected_point ? `${pointText(s.selected_point)} (${number(s.selected_value, 4)})` : "")},
    ], "no stage yet");
    this.running = new Listing("Running cells", [
      {name: "cell", text: (r) => shortId(r.cell), href: cellHref},
      {name: "stage", text: (r) => r.stage},
      {name: "what", text: (r) => r.variant || pointText(r.point)},
      {name: "host", text: (r) => r.host},
      {name: "device", text: (r) => r.device},
      {name: "rank", text: (r) => r.ranks.join(", ")},
      {name: "epoch", number: true, text: (r) => r.epoch ?? "–"},
      {name: "valid MAE", number: true, text: (r) => number(r.valid_mae, 4)},
      {name: "best", number: true, text: (r) => number(r.best_valid_mae, 4)},
      {name: "for", number: true, text: (r) => duration(r.running_seconds)},
    ], "nothing runs");
    this.failures = new Listing("Failures, the latest first", [
      {name: "cell", text: (f) => shortId(f.cell), href: cellHref},
      {name: "attempt", number: true, text: (f) => f.attempt},
      {name: "kind", text: (f) => f.failure.replaceAll("_", " ")},
      {name: "what it said", text: (f) => f.message},
    ], "no cell's last attempt failed");
    this.more = element("p");
    this.node = element("div", {}, element("h2", {tabindex: "-1"}, this.title), this.bar, this.legend,
      element("dl", {class: "facts"}, Object.entries(this.facts).map(([name, value]) => element("div", {}, element("dt", {}, name), value))),
      this.stages.node, this.running.node, this.failures.node, this.more);
  }

  update({status, failures}) {
    const wait = waiting(status);
    const total = STATES.reduce((sum, state) => sum + status.cells[state], wait);
    const words = STATES.map((state) => `${status.cells[state]} ${state}`);
    if (wait) words[STATES.indexOf("pending")] += `, ${wait} waiting for a search`;
    STATES.forEach((state, index) => {
      this.bar.children[index].style.flexGrow = status.cells[state] + (state === "pending" ? wait : 0);
      setText(this.legend.children[index].lastChild, words[index]);
    });
    const label = `Cells: ${words.join(", ")}`;
    if (this.bar.getAttribute("aria-label") !== label) this.bar.setAttribute("aria-label", label);
    const finished = done(status);
    this.fact("Done", `${finished} of ${total} cells${total ? `, ${Math.floor((100 * finished) / total)} %` : ""}`);
    const rate = status.elapsed_seconds > 1 ? (3600 * finished) / status.elapsed_seconds : null;
    this.fact("Rate", rate === null ? "–" : `${rate.toFixed(rate < 10 ? 1 : 0)} cells an hour`);
    const left = status.remaining;
    this.fact("Time left", left ? `${duration(left.seconds)} (${duration(left.low)} to ${duration(left.high)})` : "–");
    this.fact("Running", status.running_ranks > status.running ? `${status.running} on ${status.running_ranks} ranks` : `${status.running}`);
    this.fact("Failures", `${failures}`);
    const best = status.best ?? [];
    this.fact("Best so far", best.length ? best.map((b) => `${b.stage}: ${number(b.valid_mae, 4)} at ${pointText(b.point)}`).join("; ") : "–");
    this.fact("Time spent", `${duration(status.elapsed_seconds)} in ${status.runs} ${status.runs === 1 ? "run" : "runs"}`);
    this.stages.showAll(status.stages);
    this.running.showAll(status.running_cells ?? []);
    this.failures.showAll(status.failures);
    setText(this.more, failures > status.failures.length ? `and ${failures - status.failures.length} more: see the cells that are parked` : "");
  }

  fact(name, text) {
    setText(this.facts[name], text);
  }
}
