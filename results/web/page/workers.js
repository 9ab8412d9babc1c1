import {element} from "./dom.js";
import {Listing} from "./listing.js";
import {cellHref} from "./overview.js";
import {duration, number, shortId, size} from "./words.js";

export class Workers {
  title = "Workers";

  constructor() {
    this.list = new Listing("Workers of the run that goes on", [
      {name: "rank", number: true, text: (w) => w.rank},
      {name: "host", text: (w) => w.host},
      {name: "device", text: (w) => w.device},
      {name: "processor", text: (w) => w.processor},
      {name: "state", state: true, text: (w) => (w.reason ? `${w.state}: ${w.reason}` : w.state)},
      {name: "cell", text: (w) => (w.cell ? shortId(w.cell) : "–"), href: cellHref},
      {name: "batches", number: true, text: (w) => w.batches},
      {name: "memory", number: true, text: (w) => size(w.memory_bytes)},
      {name: "processors busy", number: true, text: (w) => number(w.processors, 2)},
      {name: "last heard of", number: true, text: (w) => `${duration(w.unheard_seconds)} ago`},
    ], "no run goes on, or none that tells of its workers");
    this.node = element("div", {}, element("h2", {tabindex: "-1"}, this.title), this.list.node);
  }

  update({status}) {
    this.list.showAll(status.workers ?? []);
  }
}
