// Opens every notebook of a desk in JupyterLab, runs it from top to bottom, and takes a picture of each in four forms.
// Arguments: address, token, folder for pictures, browser, folder with node_modules, notebooks.
import { createRequire } from "node:module";
import path from "node:path";

const [address, token, out, browserPath, modules, ...notebooks] = process.argv.slice(2);
const { chromium } = createRequire(path.join(modules, "package.json"))("playwright-core");

const failures = [];
const expect = (holds, sentence) => {
  if (holds) return;
  console.log(`FAIL ${sentence}`);
  failures.push(sentence);
};

const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
const page = await (await browser.newContext({ viewport: { width: 1280, height: 1000 } })).newPage();
const foreign = [];
page.on("request", (request) => {
  if (!request.url().startsWith(address) && !/^(data|blob|ws):/.test(request.url())) foreign.push(request.url());
});

const command = (id, args = {}) => page.evaluate(([i, a]) => window.jupyterapp.commands.execute(i, a), [id, args]);

async function open(notebook) {
  await page.goto(`${address}/lab/tree/${notebook}?token=${token}&reset`, { waitUntil: "domcontentloaded" });
  await page.waitForFunction(() => window.jupyterapp?.shell?.currentWidget?.content?.widgets?.length > 1, null, { timeout: 90000 });
  await page.waitForFunction(
    () => window.jupyterapp.shell.currentWidget.sessionContext?.session?.kernel?.status === "idle", null, { timeout: 90000 });
  await page.evaluate(() => { const book = window.jupyterapp.shell.currentWidget.content;
    book.notebookConfig = { ...book.notebookConfig, windowingMode: "none" }; });
}

async function runAll() {
  await command("notebook:run-all-cells");
  await page.waitForFunction(() => {
    const widget = window.jupyterapp.shell.currentWidget;
    const code = widget.content.widgets.filter((cell) => cell.model.type === "code");
    return code.every((cell) => cell.model.executionCount !== null && cell.model.executionState !== "running")
      && widget.sessionContext.session.kernel.status === "idle";
  }, null, { timeout: 120000 });
  await page.waitForTimeout(300);
}

// What a learner must never see, and what is wider than its place without a bar to scroll it.
const look = () => page.evaluate(() => {
  const widgets = window.jupyterapp.shell.currentWidget.content.widgets.filter((cell) => cell.model.type === "code");
  const said = widgets.map((cell) => cell.outputArea.node.innerText);
  const wide = [...document.querySelectorAll(".pg")].filter((area) => area.scrollWidth > area.clientWidth + 2
    && getComputedStyle(area).overflowX === "visible").length;
  return {
    errors: said.filter((text) => /Traceback|internal error|Error:/.test(text)).map((text) => text.slice(0, 160)),
    wide,
    outputs: said.filter((text) => text.trim()).length,
  };
});

async function theme(name) {
  await command("apputils:change-theme", { theme: name });
  await page.waitForFunction((dark) => document.body.dataset.jpThemeLight === String(!dark), name.includes("Dark"));
  await page.waitForTimeout(300);
}

async function picture(name, width) {
  await page.setViewportSize({ width, height: 1000 });
  await page.waitForTimeout(200);
  const height = await page.evaluate(() => {
    const cells = window.jupyterapp.shell.currentWidget.content.widgets;
    return cells.reduce((sum, cell) => sum + cell.node.offsetHeight + 8, 0);
  });
  await page.setViewportSize({ width, height: Math.min(height + 260, 14000) });
  // From the top, and only when a page this high has been painted: two frames after the layout has come to rest.
  await page.evaluate(() => window.jupyterapp.shell.currentWidget.content.node.querySelectorAll("*").forEach(
    (node) => { if (node.scrollTop) node.scrollTop = 0; }));
  await page.waitForTimeout(1200);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.screenshot({ path: path.join(out, `${name}.png`) });
}

for (const notebook of notebooks) {
  await open(notebook);
  await runAll();
  const name = path.basename(notebook, ".ipynb");
  for (const [shade, title] of [["light", "JupyterLab Light"], ["dark", "JupyterLab Dark"]]) {
    await theme(title);
    for (const [form, width] of [["wide", 1280], ["narrow", 640]]) {
      await picture(`${name}-${shade}-${form}`, width);
      const found = await look();
      expect(found.errors.length === 0, `${notebook}: ${found.errors.join(" | ")}`);
      expect(found.wide === 0, `${notebook}, ${shade}, ${form}: ${found.wide} outputs are wider than their place`);
      if (form === "wide" && shade === "light") console.log(`ok   ${notebook}: ${found.outputs} cells say something`);
    }
  }
  await theme("JupyterLab Light");
}
expect(foreign.length === 0, `nothing is fetched from elsewhere: ${foreign.slice(0, 3)}`);
await browser.close();
process.exit(failures.length ? 1 : 0);
