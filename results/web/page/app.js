// The page: which view the address names, and what the news do to it.

import {About} from "./about.js";
import {Cell} from "./cell.js";
import {Cells} from "./cells.js";
import {Curves} from "./curves.js";
import {setText} from "./dom.js";
import {Overview, done} from "./overview.js";
import {Search} from "./search.js";
import {listen} from "./source.js";
import {Tables} from "./tables.js";
import {Workers} from "./workers.js";

const VIEWS = {overview: Overview, cells: Cells, cell: Cell, workers: Workers, search: Search, curves: Curves, tables: Tables, about: About};
const main = document.getElementById("main");
const liveness = document.getElementById("liveness");
const heading = document.getElementById("sweep");
let view = null;
let news = null;

// "#cells?stage=final" -> cells; "#cell/0a1b" -> one
function open(byUser) {
  const [path, query] = location.hash.slice(1).split("?");
  if (path === "main") return;
  const [name, id] = path.split("/");
  const View = VIEWS[name] ?? Overview;
  view = new View(new URLSearchParams(query ?? ""), id ?? "");
  main.replaceChildren(view.node);
  for (const link of document.querySelectorAll("nav a")) {
    if (link.getAttribute("href") === `#${View === Overview ? "overview" : name === "cell" ? "cells" : name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (news?.status) view.update(news);
  if (byUser) main.querySelector("h2").focus();
}

function tell(state, text) {
  liveness.dataset.state = state;
  setText(liveness, text);
}

function heard(latest) {
  news = latest;
  const {status} = news;
  if (!status) return tell("waiting", "Reading the database …");
  const name = `${status.sweep}${status.dataset ? ` on ${status.dataset}` : ""}${status.synthetic ? " [SYNTHETIC]" : ""}`;
  setText(heading, name);
  const total = Object.values(status.cells).reduce((sum, cells) => sum + cells, 0);
  document.title = `${done(status)}/${total} ${name} – missmodal`;
  if (status.exit_code !== null) tell(status.exit_code === 0 ? "done" : "ended", `Ended: ${status.verdict} (exit code ${status.exit_code})`);
  else if (status.writer) tell("live", `Live: run by ${status.writer}`);
  else tell("gone", "The sweep's process is gone, without a verdict; the same command goes on with it");
  view.update(news);
}

// The token has become a cookie.
const address = new URL(location.href);
if (address.searchParams.has("token")) {
  address.searchParams.delete("token");
  history.replaceState(null, "", address);
}
addEventListener("hashchange", () => open(true));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => view.restyle?.());
open(false);
listen(heard, () => tell("lost", "The connection is lost; what stands here is the last that was heard. Trying again …"));
