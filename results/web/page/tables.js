import {element, scrolling, select} from "./dom.js";
import {fetchJson} from "./source.js";

const MARKS = {best: "b", second: "u"};

function cell(parts, column) {
  const node = element("td", {class: column.number ? "number" : column.wide ? "wide" : null});
  parts.forEach((part, index) => {
    if (index > 0) node.append(" / ");
    node.append(part.mark ? element(MARKS[part.mark], {}, part.text) : part.text);
    if (part.spread) node.append(" ", element("small", {}, part.spread));
  });
  return node;
}

export class Tables {
  title = "Tables";

  constructor(parameters) {
    this.name = parameters.get("name");
    this.version = 0; // nothing is read yet
    this.choice = element("div", {class: "filters"});
    this.place = element("div");
    this.node = element("div", {}, element("h2", {tabindex: "-1"}, this.title), this.choice, this.place);
  }

  update({versions}) {
    if (versions.tables === this.version) return;
    this.version = versions.tables;
    this.read();
  }

  async read() {
    try {
      const list = (await fetchJson("api/tables")).filter((one) => one.rows > 0);
      if (list.length === 0) {
        this.place.replaceChildren(element("p", {}, "No table yet: they fill as cells are accepted."));
        return;
      }
      if (!list.some((one) => one.name === this.name)) this.name = list[0].name;
      this.choice.replaceChildren(select("Table", list.map((one) => [one.name, one.title.split(". Dataset")[0]]), this.name, (name) => {
        this.name = name;
        this.show();
      }));
      await this.show();
    } catch (error) {
      this.place.replaceChildren(element("p", {}, error.message));
    }
  }

  async show() {
    const name = this.name;
    const {title, sheet, notes} = await fetchJson(`api/tables/${encodeURIComponent(name)}`);
    if (name !== this.name) return;
    const table = element("table", {class: "exhibit"}, element("caption", {}, title),
      element("thead", {}, element("tr", {}, sheet.columns.map((column) =>
        element("th", {scope: "col", class: column.number ? "number" : null}, column.name)))),
      element("tbody", {}, sheet.rows.map((row) => element("tr", {class: row.below ? "below" : row.apart ? "apart" : null},
        row.cells.map((parts, index) => cell(parts, sheet.columns[index]))))));
    this.place.replaceChildren(scrolling(title, table), element("ul", {class: "notes"}, notes.map((note) => element("li", {}, note))));
  }
}
