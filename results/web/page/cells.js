import {element, select} from "./dom.js";
import {Listing} from "./listing.js";
import {fetchJson} from "./source.js";
import {duration, number, pointText, shortId} from "./words.js";

export class Cells {
  title = "Cells";

  constructor(parameters) {
    this.stage = parameters.get("stage") ?? "";
    this.state = parameters.get("state") ?? "";
    this.version = 0; // nothing is read yet
    this.list = new Listing("Cells, in the plan's order", [
      {name: "cell", text: (c) => shortId(c.id), href: (c) => `#cell/${c.id}`},
      {name: "stage", text: (c) => c.stage},
      {name: "place", number: true, text: (c) => c.place + 1},
      {name: "what", text: (c) => c.variant || pointText(c.point) || c.terms},
      {name: "seed", number: true, text: (c) => c.seed},
      {name: "state", state: true, text: (c) => c.state},
      {name: "attempt", number: true, text: (c) => c.attempt ?? "–"},
      {name: "host", text: (c) => (c.host ? `${c.host}, ${c.device}` : "–")},
      {name: "took", number: true, text: (c) => (c.ended_unix ? duration(c.ended_unix - c.started_unix) : "–")},
      {name: "best epoch", number: true, text: (c) => c.best_epoch ?? "–"},
      {name: "valid MAE", number: true, text: (c) => number(c.valid_mae, 4)},
      {name: "what failed", text: (c) => (c.failure ? `${c.failure}: ${c.message}` : "")},
    ], "no such cell");
    this.filters = element("div", {class: "filters"});
    this.node = element("div", {}, element("h2", {tabindex: "-1"}, this.title), this.filters, this.list.node);
  }

  update({status, versions}) {
    if (!this.filters.firstChild) {
      const stages = [["", "all"], ...status.stages.map((stage) => [stage.name, stage.name])];
      const states = ["", "pending", "running", "accepted", "diverged", "parked"].map((state) => [state, state || "all"]);
      this.filters.append(select("Stage", stages, this.stage, (stage) => this.choose({stage})),
        select("State", states, this.state, (state) => this.choose({state})));
    }
    if (versions.cells === this.version) return;
    this.version = versions.cells;
    this.read();
  }

  choose(choice) {
    Object.assign(this, choice);
    this.list.offset = 0;
    this.read();
  }

  read() {
    return this.list.showPages(async (offset, limit) => {
      const query = new URLSearchParams({stage: this.stage, state: this.state, offset, limit});
      const page = await fetchJson(`api/cells?${query}`).catch(() => ({cells: [], total: 0}));
      return {items: page.cells, total: page.total};
    });
  }
}
