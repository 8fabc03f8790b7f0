// What a page can be asked about how our output looks. Each function runs inside the page.

// Every piece of text in our output against what is really behind it.
export const contrast = () => {
  const parse = (text) => { const m = text.match(/[\d.]+/g).map(Number); return m.length < 4 ? [...m.slice(0, 3), 1] : m.slice(0, 4); };
  const luminance = (rgb) => { const [r, g, b] = rgb.map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const found = [];
  for (const area of document.querySelectorAll(".pg")) {
    const walker = document.createTreeWalker(area, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode.data.trim();
      const node = walker.currentNode.parentElement;
      if (!text || node.closest("style") || !node.getClientRects().length) continue;
      let paper = [255, 255, 255, 1];
      for (let up = node; up; up = up.parentElement) {
        const color = parse(getComputedStyle(up).backgroundColor);
        if (color[3] > 0.99) { paper = color; break; }
      }
      const [a, b] = [luminance(parse(getComputedStyle(node)[node.closest("svg") ? "fill" : "color"]).slice(0, 3)), luminance(paper.slice(0, 3))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      found.push([Math.round(ratio * 100) / 100, text.slice(0, 40), node.className]);
    }
  }
  return found.sort((x, y) => x[0] - y[0]);
};

// What is wider than its place and has no bar to scroll it, by its class.
export const overflow = () => [...document.querySelectorAll(".pg, .pg *")].filter((node) => {
  if (node instanceof SVGElement || !node.getClientRects().length || node.clientWidth === 0) return false;
  const flow = getComputedStyle(node);
  return flow.display !== "inline" && !["auto", "scroll"].includes(flow.overflowX) && node.scrollWidth > node.clientWidth + 2;
}).map((node) => `${node.localName}.${node.className}`);

// Labels of pictures that leave their picture or lie on each other.
export const labels = () => {
  const found = [];
  for (const svg of document.querySelectorAll(".pg svg")) {
    const frame = svg.getBoundingClientRect();
    if (!frame.width) continue;
    const boxes = [...svg.querySelectorAll("text")].map((node) => [node.textContent.trim(), node.getBoundingClientRect()]);
    for (const [text, box] of boxes) {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1) {
        found.push(`"${text}" leaves its picture`);
      }
    }
    boxes.forEach(([text, box], at) => boxes.slice(at + 1).forEach(([other, beside]) => {
      const [across, down] = [Math.min(box.right, beside.right) - Math.max(box.left, beside.left),
        Math.min(box.bottom, beside.bottom) - Math.max(box.top, beside.top)];
      if (across > 2 && down > 4) found.push(`"${text}" lies on "${other}"`);
    }));
  }
  return found;
};

// Marks of Markdown that a reader sees because nothing rendered them. Kubernetes itself writes ` and ]( in its messages.
export const raw = () => {
  const found = [];
  for (const area of document.querySelectorAll(".jp-MarkdownOutput, .pg")) {
    const walker = document.createTreeWalker(area, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (node.parentElement.closest("code, pre, style, .pg-name")) continue;
      const marks = area.matches(".pg") ? /\*\*|```/ : /\*\*|^\s*\||\]\(|`/;
      if (marks.test(node.data)) found.push(node.data.trim().slice(0, 60));
    }
  }
  return found;
};
