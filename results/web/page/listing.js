// A table of many rows, a page at a time; a row that stays is changed in place.

import {element, scrolling, setText} from "./dom.js";

const ROWS = 50; // what is drawn at once: a screen or two

// columns: {name, number, text(item), href(item)}. `fetchPage(offset, limit)` gives {total, items}, as a promise or at once.
export class Listing {
  constructor(caption, columns, empty) {
    this.columns = columns;
    this.empty = empty;
    this.offset = 0;
    this.total = 0;
    this.body = element("tbody");
    this.table = element("table", {}, element("caption", {}, caption),
      element("thead", {}, element("tr", {},
        columns.map((column) => element("th", {scope: "col", class: column.number ? "number" : null}, column.name)))),
      this.body);
    this.place = element("span");
    this.back = element("button", {type: "button", onclick: () => this.turn(-ROWS)}, "Earlier");
    this.forth = element("button", {type: "button", onclick: () => this.turn(ROWS)}, "Later");
    this.pager = element("div", {class: "pager", hidden: true}, this.back, this.forth, this.place);
    this.node = element("div", {class: "listing"}, scrolling(caption, this.table), this.pager);
    this.turned = () => {};
  }

  turn(rows) {
    this.offset = Math.max(0, this.offset + rows);
    this.turned();
  }

  // All items are here.
  showAll(items) {
    if (this.offset >= items.length) this.offset = Math.max(0, Math.floor((items.length - 1) / ROWS) * ROWS);
    this.turned = () => this.showAll(items);
    this.show(items.slice(this.offset, this.offset + ROWS), items.length);
  }

  async showPages(fetchPage) {
    this.turned = () => this.showPages(fetchPage);
    const offset = this.offset;
    const {items, total} = await fetchPage(offset, ROWS);
    if (offset === this.offset) this.show(items, total);
  }

  show(items, total) {
    if (this.pageIsEmpty) this.body.replaceChildren();
    const rows = this.body.rows;
    while (rows.length > items.length) this.body.lastChild.remove();
    items.forEach((item, index) => {
      const row = rows[index] ?? this.body.appendChild(element("tr", {}, this.columns.map((column) =>
        element("td", {class: column.number ? "number" : null}, column.href ? element("a") : ""))));
      this.columns.forEach((column, place) => {
        const cell = row.cells[place];
        const target = column.href ? cell.firstChild : cell;
        setText(target, String(column.text(item)));
        if (column.href) {
          const href = column.href(item);
          if (href === null) target.removeAttribute("href");
          else if (target.getAttribute("href") !== href) target.setAttribute("href", href);
        }
        if (column.state) cell.dataset.state = item.state;
      });
    });
    if (items.length === 0) {
      this.body.replaceChildren(element("tr", {}, element("td", {colspan: this.columns.length}, this.empty)));
    }
    this.pager.hidden = total <= ROWS;
    this.back.disabled = this.offset === 0;
    this.forth.disabled = this.offset + ROWS >= total;
    setText(this.place, `${this.offset + 1} to ${this.offset + items.length} of ${total}`);
    this.pageIsEmpty = items.length === 0;
  }
}
