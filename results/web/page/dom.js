// Elements made of data. Texts go in as text alone: what a dataset or a failure says is never read as HTML.

// element("td", {class: "number"}, "1.5", other): attributes of null or false are left out; `on...` are listeners.
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

// A region that scrolls sideways where the window is narrow, by keyboard too.
export function scrolling(label, child) {
  return element("div", {class: "scrolling", role: "region", tabindex: "0", "aria-label": label}, child);
}

export function select(label, options, chosen, change) {
  const box = element("select", {onchange: (event) => change(event.target.value)},
    options.map(([value, text]) => element("option", {value, selected: value === chosen}, text)));
  return element("label", {}, label, " ", box);
}
