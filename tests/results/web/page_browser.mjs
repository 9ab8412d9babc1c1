// Drives the page in headless Chromium for page_test.py: node page_browser.mjs MODULES CHROMIUM URL SCREENSHOTS. Prints one JSON
// object of what it saw.

import {readFile} from "node:fs/promises";
import {createRequire} from "node:module";

const [modules, executablePath, url, screenshots] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const {chromium} = require("playwright-core");
const axe = require.resolve("axe-core/axe.min.js");

const LIMIT = 30000; // ms, on a loaded machine
const seen = {errors: [], dialogs: 0, violations: {}, overflow: {}, longest: 0};
const browser = await chromium.launch({executablePath, args: ["--no-sandbox"]});

// Not waitForFunction: it evaluates in the page, whose policy forbids that.
async function until(page, condition) {
  const deadline = Date.now() + LIMIT;
  while (!(await page.evaluate(condition))) {
    if (Date.now() > deadline) throw new Error(`never true: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function open(options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(LIMIT);
  page.on("console", (message) => { if (message.type() === "error") seen.errors.push(message.text()); });
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  page.on("dialog", (dialog) => { ++seen.dialogs; dialog.dismiss(); });
  return page;
}

// By the evaluation of its text, which our policy of scripts allows to a debugger alone.
async function violations(page) {
  await page.evaluate(await readFile(axe, "utf8"));
  const {violations} = await page.evaluate(() => window.axe.run(document, {resultTypes: ["violations"]}));
  return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).slice(0, 3).join(" | ")}`);
}

// Every chart shows something.
const drawn = () => {
  const charts = [...document.querySelectorAll("canvas")].filter((canvas) => canvas.checkVisibility());
  return charts.length > 1 && charts.every((canvas) =>
    canvas.width > 100 && canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0));
};

const ready = {
  overview: (page) => page.waitForSelector("main .listing tbody tr td a"),
  cells: (page) => page.waitForSelector("main tbody tr td a"),
  workers: (page) => page.waitForSelector("main tbody tr"),
  search: (page) => page.waitForSelector(".heat td small"),
  curves: (page) => until(page, () => document.querySelector("main h3").textContent.startsWith("Figure")),
  tables: (page) => page.waitForSelector(".exhibit tbody tr"),
  about: (page) => until(page, () => document.querySelector("main p").textContent.startsWith("missmodal")),
};

async function views(page, name, cell) {
  for (const [view, wait] of [...Object.entries(ready), [`cell/${cell}`, (p) => p.waitForSelector("main .facts dd")]]) {
    await page.goto(`${url}#${view}`);
    await wait(page);
    const short = view.split("/")[0];
    // Not fullPage: that changes the window's size, which leaves charts blank for a moment.
    await page.setViewportSize({width: page.viewportSize().width, height: await page.evaluate(() => document.documentElement.scrollHeight)});
    if (short === "curves" || short === "cell") await until(page, drawn);
    await page.screenshot({path: `${screenshots}/${name}-${short}.png`});
    seen.violations[`${name}-${short}`] = await violations(page);
    seen.overflow[`${name}-${short}`] = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  }
}

try {
  const page = await open({viewport: {width: 1280, height: 900}});
  const begun = Date.now();
  await page.goto(url);
  await until(page, () => document.querySelector("#liveness").textContent !== "Connecting …");
  await ready.overview(page);
  seen.firstNumbers = Date.now() - begun;
  seen.paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
  seen.heading = await page.textContent("#sweep");
  seen.done = await page.textContent(".facts dd");
  seen.liveness = await page.textContent("#liveness");
  const text = (selector) => page.$$eval(selector, (nodes) => nodes.map((node) => node.textContent));
  seen.stages = await page.$$eval("main .listing", (lists) => [...lists[0].querySelectorAll("tbody tr")].map((row) => [...row.cells].map((cell) => cell.textContent)));
  await page.goto(`${url}#tables?name=table7`);
  await ready.tables(page);
  seen.table7 = await text(".exhibit td");
  await page.goto(`${url}#tables?name=table5`);
  await until(page, () => document.querySelector(".exhibit caption")?.textContent.startsWith("Table 5"));
  seen.table5 = await text(".exhibit td");
  await page.goto(`${url}#cells`);
  await ready.cells(page);
  seen.cells = (await text("main tbody tr td:first-child")).length;
  const cell = (await page.getAttribute("main tbody a", "href")).split("/")[1];

  // By keyboard alone: skip link, then the views' links in order; the heading of what was opened has the focus.
  await page.goto(url);
  await page.waitForSelector("main h2");
  await page.keyboard.press("Tab");
  seen.firstFocus = await page.evaluate(() => document.activeElement.className);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await until(page, () => location.hash === "#cells");
  seen.focused = await page.evaluate(() => document.activeElement.textContent);

  await views(page, "wide", cell);
  await views(await open({viewport: {width: 390, height: 844}, isMobile: true, hasTouch: true}), "phone", cell);
  await views(await open({viewport: {width: 1280, height: 900}, colorScheme: "dark"}), "dark", cell);

  // A change of the database shows by itself.
  await page.goto(`${url}#overview`);
  await page.reload();
  await ready.overview(page);
  await page.evaluate(() => { window.unloaded = false; });
  process.stderr.write("change\n");
  await until(page, () => document.querySelector("#liveness").textContent.includes("changed by the test"));
  seen.followed = await page.evaluate(() => window.unloaded === false);
  seen.errorsBefore = [...seen.errors];
  process.stderr.write("end\n");
  await until(page, () => document.querySelector("#liveness").dataset.state === "lost");
  seen.lost = await page.textContent("#liveness");
} catch (error) {
  seen.failure = String(error);
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));
