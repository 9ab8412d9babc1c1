// For scripts/bench/page: node page.mjs MODULES CHROMIUM URL SECONDS.

import {createRequire} from "node:module";

const [modules, executablePath, url, seconds] = process.argv.slice(2);
const {chromium} = createRequire(`${modules}/`)("playwright-core");
const browser = await chromium.launch({executablePath, args: ["--no-sandbox"]});
const settle = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const page = await browser.newPage();
await page.goto(url);
await page.waitForSelector("main .listing tbody tr td a", {timeout: 60000});
const numbers = await page.evaluate(() => performance.now());
const painted = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime);

// News as a large sweep would have them, ten times a second; and every task of 50 ms or more.
const busy = await browser.newPage();
await busy.addInitScript(() => {
  window.updates = 0;
  window.longest = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.longest = Math.max(window.longest, entry.duration);
  }).observe({type: "longtask", buffered: true});
  window.EventSource = class extends EventTarget {
    constructor() {
      super();
      fetch("api/news").then((answer) => answer.json()).then((news) => setInterval(() => {
        const n = ++window.updates;
        const {status} = news;
        status.writer = "host, process 1, since then";
        status.exit_code = null;
        status.running = 64;
        for (const state of Object.keys(status.cells)) status.cells[state] = 1000 + n;
        status.running_cells = Array.from({length: 64}, (_, i) => ({cell: String(i).padStart(64, "a"), attempt: 1, stage: "final", variant: "all",
          point: {}, host: `host${i}`, device: "cpu", ranks: [i], running_seconds: n + i, epoch: n, valid_mae: Math.random(), best_valid_mae: 0.5}));
        status.workers = Array.from({length: 200}, (_, i) => ({rank: i, host: `host${i}`, device: "cpu", processor: "a processor", state: "training",
          reason: "", cell: String(i).padStart(64, "b"), batches: n * i, memory_bytes: 2e9 + n * 1e6, processors: Math.random(), unheard_seconds: n / 10}));
        news.versions.cells += n % 20 === 0 ? 1 : 0; // every two seconds, as the server reads them
        this.dispatchEvent(new MessageEvent("news", {data: JSON.stringify(news)}));
      }, 100));
    }
  };
});
const longest = [];
let updates = 0;
for (const view of ["overview", "workers", "cells"]) {
  await busy.goto("about:blank");
  await busy.goto(`${url}#${view}`);
  await settle(1000 * seconds);
  longest.push(await busy.evaluate(() => window.longest));
  updates = await busy.evaluate(() => window.updates);
}
await browser.close();
console.log(JSON.stringify({painted, numbers, longest: longest[0], longestWorkers: longest[1], longestCells: longest[2], updates}));
