// Watches a sweep's page for live_browser_test.py: node live_browser.mjs MODULES CHROMIUM URL. Prints one JSON object twice a second, what the
// page shows then, until the page says that its server is gone.

import {createRequire} from "node:module";

const [modules, executablePath, url] = process.argv.slice(2);
const {chromium} = createRequire(`${modules}/`)("playwright-core");
const LIMIT = 120000; // ms

const browser = await chromium.launch({executablePath, args: ["--no-sandbox"]});
try {
  const page = await browser.newPage();
  const errors = [];
  page.on("console", (message) => { if (message.type() === "error") errors.push(message.text()); });
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(`${url}#overview`);
  await page.evaluate(() => { window.unloaded = false; });
  for (const deadline = Date.now() + LIMIT; Date.now() < deadline;) {
    const shown = await page.evaluate(() => ({
      liveness: document.querySelector("#liveness").dataset.state,
      done: document.querySelector(".facts dd")?.textContent,
      running: [...(document.querySelectorAll("main .listing")[1]?.querySelectorAll("tbody tr") ?? [])].map(
        (row) => [...row.cells].map((cell) => cell.textContent)),
      reloaded: window.unloaded !== false,
    }));
    console.log(JSON.stringify({...shown, errors}));
    if (shown.liveness === "lost") break;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
} finally {
  await browser.close();
}
