// Opens every notebook of a desk in JupyterLab, runs it from top to bottom, and takes a picture of each in four forms.
// Arguments: address, token, folder for pictures, browser, folder with node_modules, notebooks.
import { createRequire } from "node:module";
import path from "node:path";
import { contrast, labels, overflow, raw } from "./measures.mjs";

const [address, token, out, browserPath, modules, ...notebooks] = process.argv.slice(2);
const { chromium } = createRequire(path.join(modules, "package.json"))("playwright-core");

const failures = [];
const expect = (holds, sentence) => {
  if (holds) return;
  console.log(`FAIL ${sentence}`);
  failures.push(sentence);
};

const browser = await chromium.launch({
  executablePath: browserPath,
  args: ["--no-sandbox"],
  // A table that is wider than its place has to show its bar.
  ignoreDefaultArgs: ["--hide-scrollbars"],
});
const page = await (await browser.newContext({ viewport: { width: 1280, height: 1000 } })).newPage();
const foreign = [];
page.on("request", (request) => {
  if (!request.url().startsWith(address) && !/^(data|blob|ws):/.test(request.url())) foreign.push(request.url());
});

const command = (id, args = {}) => page.evaluate(([i, a]) => window.jupyterapp.commands.execute(i, a), [id, args]);

async function open(notebook) {
  await page.goto(`${address}/lab/tree/${notebook}?token=${token}&reset`, { waitUntil: "domcontentloaded" });
  await page.waitForFunction(() => window.jupyterapp?.shell?.currentWidget?.content?.widgets?.length > 0, null, { timeout: 90000 });
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

// What a learner must never see.
const look = () => page.evaluate(() => {
  const widgets = window.jupyterapp.shell.currentWidget.content.widgets.filter((cell) => cell.model.type === "code");
  const said = widgets.map((cell) => cell.outputArea.node.innerText);
  return {
    errors: said.filter((text) => /Traceback|internal error|Error:/.test(text)).map((text) => text.slice(0, 160)),
    outputs: said.filter((text) => text.trim()).length,
  };
});

async function theme(name) {
  await command("apputils:change-theme", { theme: name });
  await page.waitForFunction((dark) => document.body.dataset.jpThemeLight === String(!dark), name.includes("Dark"));
  await page.waitForTimeout(300);
}

// In the dark all that is folded lies open, so that it is looked at too; but for the reasons within the fields of a table.
const unfold = (open) => page.evaluate((o) => document.querySelectorAll(".pg details:not(.pg-why)").forEach((box) => { box.open = o; }), open);

// A browser paints no page that is higher than this: what is longer gets several pictures.
const highest = 12000;

// Who has little room folds the list of files away.
async function picture(name, width) {
  await page.evaluate((roomy) => window.jupyterapp.shell[roomy ? "expandLeft" : "collapseLeft"](), width > 1000);
  await page.setViewportSize({ width, height: 1000 });
  await page.waitForTimeout(200);
  const height = await page.evaluate(() => {
    const cells = window.jupyterapp.shell.currentWidget.content.widgets;
    return cells.reduce((sum, cell) => sum + cell.node.offsetHeight + 8, 0);
  });
  for (let part = 1, top = 0; top < height; part += 1, top += highest - 260) {
    await page.setViewportSize({ width, height: Math.min(height - top + 260, highest) });
    // From the top, and only when a page this high has been painted: two frames after the layout has come to rest.
    await page.evaluate((to) => {
      const book = window.jupyterapp.shell.currentWidget.content.node;
      book.querySelectorAll("*").forEach((node) => { if (node.scrollTop) node.scrollTop = 0; });
      book.querySelector(".jp-WindowedPanel-outer").scrollTop = to;
    }, top);
    await page.waitForTimeout(1200);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    await page.screenshot({ path: path.join(out, part === 1 ? `${name}.png` : `${name}-${part}.png`) });
  }
}

async function visit(notebook) {
  await open(notebook);
  await runAll();
  const name = path.basename(notebook, ".ipynb");
  for (const [shade, title] of [["light", "JupyterLab Light"], ["dark", "JupyterLab Dark"]]) {
    await theme(title);
    await unfold(shade === "dark");
    for (const [form, width] of [["wide", 1280], ["narrow", 480]]) {
      await picture(`${name}-${shade}-${form}`, width);
      const found = await look();
      const here = `${notebook}, ${shade}, ${form}`;
      const none = (list, sentence) => expect(list.length === 0, `${here}: ${sentence}: ${[...new Set(list)].join(" | ")}`);
      none(found.errors, "a cell fails");
      none(await page.evaluate(overflow), "wider than its place");
      none(await page.evaluate(labels), "labels");
      none(await page.evaluate(raw), "Markdown that was not rendered");
      none((await page.evaluate(contrast)).filter(([ratio]) => ratio < 4.5).slice(0, 3).map((weak) => weak.join(" ")), "too little contrast");
      if (form === "wide" && shade === "light") console.log(`ok   ${notebook}: ${found.outputs} cells say something`);
    }
  }
  await unfold(false);
  await theme("JupyterLab Light");
}

for (const notebook of notebooks) {
  // One notebook that hangs is one failure, and no reason not to look at the others.
  await visit(notebook).catch((error) => expect(false, `${notebook}: ${error}`));
}
expect(foreign.length === 0, `nothing is fetched from elsewhere: ${foreign.slice(0, 3)}`);
await browser.close();
process.exit(failures.length ? 1 : 0);
