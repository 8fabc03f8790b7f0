// Works through a lesson and its assignment in JupyterLab, as a learner does, and takes pictures.
// Arguments: address, token, folder for pictures, browser, folder with node_modules, root of the repository.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import path from "node:path";
import { contrast } from "./measures.mjs";

const [address, token, out, browserPath, modules, root] = process.argv.slice(2);
const { chromium } = createRequire(path.join(modules, "package.json"))("playwright-core");

const failures = [];
const expect = (holds, sentence) => {
  console.log(`${holds ? "ok  " : "FAIL"} ${sentence}`);
  if (!holds) failures.push(sentence);
};
const answer = (name) => readFileSync(path.join(root, "solutions", name), "utf8");

const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
const page = await context.newPage();
const foreign = [];
const complaints = [];
page.on("request", (request) => {
  if (!request.url().startsWith(address) && !/^(data|blob|ws):/.test(request.url())) foreign.push(request.url());
});
page.on("pageerror", (error) => complaints.push(String(error)));

// --- JupyterLab, held by its own commands --------------------------------------------------------------------------

const command = (id, args = {}) => page.evaluate(([i, a]) => window.jupyterapp.commands.execute(i, a), [id, args]);

async function open(notebook) {
  await page.goto(`${address}/lab/tree/${notebook}?token=${token}&reset`, { waitUntil: "domcontentloaded" });
  await page.waitForFunction(() => window.jupyterapp?.shell?.currentWidget?.content?.widgets?.length > 3, null, { timeout: 90000 });
  await page.waitForFunction(
    () => window.jupyterapp.shell.currentWidget.sessionContext?.session?.kernel?.status === "idle", null, { timeout: 90000 });
  await page.evaluate(() => { window.jupyterapp.shell.currentWidget.content.notebookConfig = {
    ...window.jupyterapp.shell.currentWidget.content.notebookConfig, windowingMode: "none" }; });
}

// Puts a text behind the first line of the cell that begins so, when one is given, and runs that cell.
async function run(begin, body) {
  const index = await page.evaluate(([b, t]) => {
    const book = window.jupyterapp.shell.currentWidget.content;
    const at = book.widgets.findIndex((cell) => cell.model.type === "code" && cell.model.sharedModel.getSource().startsWith(b));
    if (at < 0) return -1;
    const shared = book.widgets[at].model.sharedModel;
    if (t !== null) shared.setSource(`${shared.getSource().split("\n")[0]}\n${t}`);
    book.activeCellIndex = at;
    return at;
  }, [begin, body ?? null]);
  if (index < 0) throw new Error(`no cell begins with ${begin}`);
  await command("notebook:run-cell");
  await page.waitForFunction((i) => {
    const widget = window.jupyterapp.shell.currentWidget;
    const cell = widget.content.widgets[i];
    return cell.model.executionCount !== null && cell.model.executionState !== "running"
      && widget.sessionContext.session.kernel.status === "idle";
  }, index, { timeout: 60000 });
  await page.waitForTimeout(250);
  return page.evaluate((i) => window.jupyterapp.shell.currentWidget.content.widgets[i].outputArea.node.innerText, index);
}

async function picture(name, begin) {
  const index = await page.evaluate((b) => {
    const book = window.jupyterapp.shell.currentWidget.content;
    return book.widgets.findIndex((cell) => cell.model.type === "code" && cell.model.sharedModel.getSource().startsWith(b));
  }, begin);
  const cell = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook > * .jp-Cell, .jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-viewport > .jp-Cell").nth(index);
  await cell.scrollIntoViewIfNeeded();
  await cell.screenshot({ path: path.join(out, `${name}.png`) });
}

async function theme(name) {
  await command("apputils:change-theme", { theme: name });
  await page.waitForFunction((dark) => document.body.dataset.jpThemeLight === String(!dark), name.includes("Dark"));
  await page.waitForTimeout(600);
}

// --- the lesson ----------------------------------------------------------------------------------------------------

await open("course/09-many-policies.ipynb");
await run("%load_ext");
let text = await run("show(");
expect(text.includes("prometheus") && text.includes("7001-7010"), "the map shows Pods and ports");

text = await run("%%predict two-seasons");
expect(text.includes("Not yet") && !text.includes("allowed"), "an empty prediction reveals nothing");
text = await run("%%predict two-seasons",
  "api -> cache:7003: deny\napi -> cache:7007: allow\napi -> cache:7009: deny\nweb -> cache:7007: deny");
expect(text.includes("Noted"), "a complete prediction is noted");
text = await run("%%manifest two-seasons");
expect(text.includes("Several policies leave only what all of them allow"), "a prediction that believes in intersection gets the belief named");
expect(text.includes("TCP 7001-7010"), "the matrix shows the union, 7001 to 7010");
text = await run("compare(");
expect(text.includes("not so") && text.includes("7006-7008"), "both readings stand side by side");
await run("%%manifest cache-with-metrics");

text = await run("%%manifest db-metrics");
await run("check(\"db-metrics\")");
text = await run("%%manifest db-metrics", answer("practice/db-metrics/right/1-second-policy.yaml"));
text = await run("check(\"db-metrics\")");
expect(text.includes("Right: 3 of 3"), "the worked step is confirmed");
await run("%%manifest db-filter");
text = await run("%%manifest db-filter", answer("practice/db-filter/wrong/policies-intersect.yaml"));
text = await run("check(\"db-filter\")");
expect(text.includes("Several policies leave only what all of them allow") && text.includes("The proof"), "a wrong repair gets the belief named, with a flow");

const lesson = ["%load_ext", "show(", "%%predict two-seasons", "%%manifest two-seasons", "compare(", "%%manifest cache-with-metrics",
  "check(\"db-metrics\")", "%%manifest db-filter", "check(\"db-filter\")"];
const label = (begin) => begin.replace(/[^a-z-]+/g, " ").trim().replace(/ /g, "-");
await page.setViewportSize({ width: 1280, height: 2400 });
for (const [name, shade] of [["JupyterLab Light", "light"], ["JupyterLab Dark", "dark"]]) {
  await theme(name);
  for (const [number, begin] of lesson.entries()) await picture(`${shade}-${number + 1}-${label(begin)}`, begin);
  const worst = await page.evaluate(contrast);
  expect(worst.length > 100 && worst[0][0] >= 4.5, `${shade}: the weakest of ${worst.length} texts has a contrast of ${worst[0]}`);
}
await theme("JupyterLab Light");
await page.setViewportSize({ width: 1280, height: 900 });
await page.waitForTimeout(500);
await page.screenshot({ path: path.join(out, "light-0-window.png") });
await page.setViewportSize({ width: 1100, height: 9500 });
await page.waitForTimeout(1500);
await page.evaluate(() => { window.jupyterapp.shell.currentWidget.content.node.querySelector(".jp-WindowedPanel-outer").scrollTop = 0; });
await page.waitForTimeout(800);
for (let part = 0; part < 5; part++) {
  await page.screenshot({ path: path.join(out, `light-0-lesson-${part + 1}.png`), clip: { x: 290, y: 90 + part * 1500, width: 790, height: 1500 } });
}

// --- the assignment ------------------------------------------------------------------------------------------------

await open("exercises/np-union/np-union.ipynb");
await run("%load_ext");
text = await run("check(\"cache-shards\")");
expect(text.includes("0 of 40"), "an untouched answer earns nothing");
await picture("light-20-untouched", "check(\"cache-shards\")");
await page.setViewportSize({ width: 1280, height: 2400 });
const attempts = [
  ["21-refused", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: cache-clients\n  namespace: shop\nspec:\n  podSelector:\n    matchLabels:\n      app: cache\n  policyTypes: [Ingres]\n  ingress:\n    - from:\n        - podSelector:\n            matchlabels:\n              app: api\n", "refuses"],
  ["22-broken-yaml", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: cache-clients\n namespace: shop\n", "refuse"],
  ["23-hostile", "kind: <script>document.title='broken'</script>\napiVersion: v1\nmetadata: {name: \"<img src=x onerror=alert(1)>\"}\n", "0 of 40"],
  ["24-intersect", answer("np-union/cache-shards/wrong/policies-intersect.yaml"), "Several policies leave only what all of them allow"],
  ["25-right", answer("np-union/cache-shards/right/1-ports-in-the-rule.yaml"), "Right: 40 of 40"],
];
for (const [name, body, words] of attempts) {
  const shown = await run("%%manifest cache-shards", body);
  text = await run("check(\"cache-shards\")");
  expect((shown + text).includes(words), `${name}: the learner reads "${words}"`);
  expect(!/Traceback|internal error/.test(shown + text), `${name}: no traceback`);
  await picture(`light-${name}-cell`, "%%manifest cache-shards");
  await picture(`light-${name}-check`, "check(\"cache-shards\")");
  await theme("JupyterLab Dark");
  await picture(`dark-${name}-check`, "check(\"cache-shards\")");
  if (name === "24-intersect") {
    const unfold = (open) => page.evaluate((o) => document.querySelectorAll(".pg details").forEach((box) => { box.open = o; }), open);
    await unfold(true);
    await picture("dark-24-unfolded-check", "check(\"cache-shards\")");
    await theme("JupyterLab Light");
    await picture("light-24-unfolded-check", "check(\"cache-shards\")");
    await picture("light-24-unfolded-cell", "%%manifest cache-shards");
    const worst = await page.evaluate(contrast);
    expect(worst[0][0] >= 4.5, `unfolded: the weakest of ${worst.length} texts has a contrast of ${worst[0]}`);
    await unfold(false);
    await theme("JupyterLab Dark");
    await page.setViewportSize({ width: 390, height: 2600 });
    await command("application:toggle-left-area").catch(() => {});
    await page.waitForTimeout(800);
    await picture("phone-dark-24-check", "check(\"cache-shards\")");
    await picture("phone-dark-24-cell", "%%manifest cache-shards");
    await theme("JupyterLab Light");
    await picture("phone-light-24-check", "check(\"cache-shards\")");
    await page.setViewportSize({ width: 390, height: 844 });
    await page.waitForTimeout(500);
    await page.locator(".pg").last().scrollIntoViewIfNeeded();
    await page.screenshot({ path: path.join(out, "phone-light-24-window.png") });
    const wide = await page.evaluate(() => [...document.querySelectorAll(".pg")].filter((area) => area.scrollWidth > area.clientWidth + 1).length);
    expect(wide === 0, "at phone width nothing but tables scrolls sideways");
    await page.setViewportSize({ width: 1280, height: 2400 });
    await command("application:toggle-left-area").catch(() => {});
    await page.waitForTimeout(500);
  }
  await theme("JupyterLab Light");
}
expect((await page.title()).includes("broken") === false, "what a learner writes is text and never runs");
const names = await page.evaluate(() => [...document.querySelectorAll(".pg [tabindex='0']")].every((box) => box.getAttribute("aria-label")));
expect(names, "everything that the keyboard reaches has a name");
expect(foreign.length === 0, `no request leaves this machine ${foreign.slice(0, 3)}`);
expect(complaints.length === 0, `no error in the page ${complaints.slice(0, 3)}`);
await browser.close();
if (failures.length) { console.error(`${failures.length} expectations failed`); process.exit(1); }
