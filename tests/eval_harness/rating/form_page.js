// A page as small as it can be, for the form's own script: run `node form_page.js FORM.html STEPS.json` and read what it
// told. STEPS are [what, argument]: ["click", id], ["choose", [scale, value]], ["reason", number], ["visit"] (opens the
// page again with the memory kept), ["forbid"] (no memory from now on), ["look", ids] (tells their texts, null where
// hidden), ["saved"] (tells the file that was written).
"use strict";
const fs = require("fs");
const page = fs.readFileSync(process.argv[2], "utf8");
const data = page.match(/<script type="application\/json" id="data">([^<]*)<\/script>/)[1];
const script = page.match(/<script>([^]*?)<\/script>/)[1];

class Element {
  constructor(name) { this.name_ = name; this.children = []; this.text = ""; this.hidden = false; }
  get textContent() { return this.text + this.children.map((child) => child.textContent).join("\n"); }
  set textContent(text) { this.text = text; this.children = []; }
  appendChild(child) { this.children.push(child); return child; }
  removeChild(child) { this.children = this.children.filter((one) => one !== child); }
  getElementsByTagName(name) {
    return this.children.flatMap((child) => [...(child.name_ === name ? [child] : []), ...child.getElementsByTagName(name)]);
  }
  find(id) { return this.id === id ? this : this.children.map((child) => child.find(id)).find(Boolean); }
  focus() { focused = this.name || this.id || this.name_; }
  click() { if (this.download) file = { name: this.download, text: this.href.text }; else this.onclick(); }
}

let parts, file = null, focused = null, forbidden = false;
const memory = {};
const told = [];

function visit() {
  parts = {};
  for (const [, id] of page.matchAll(/<[^>]* id="([^"]+)"[^>]*>/g)) parts[id] = Object.assign(new Element("part"), { id });
  for (const [, id] of page.matchAll(/<[^>]* id="([^"]+)"[^>]* hidden>/g)) parts[id].hidden = true;
  parts.data.text = data;
  const document = {
    body: new Element("body"),
    createElement: (name) => new Element(name),
    getElementById: (id) => parts[id] || parts.scales.find(id),
  };
  const localStorage = {
    getItem: (key) => { if (forbidden) throw new Error("no"); return key in memory ? memory[key] : null; },
    setItem: (key, text) => { if (forbidden) throw new Error("no"); memory[key] = text; },
  };
  const URL = { createObjectURL: (blob) => blob };
  const Blob = function (texts) { this.text = texts.join(""); };
  new Function("document", "window", "localStorage", "URL", "Blob", script)(
    document, { scrollTo() {} }, localStorage, URL, Blob);
}

const steps = {
  visit,
  forbid: () => { forbidden = true; visit(); },
  click: (id) => { if (parts[id].hidden) throw new Error(id + " is hidden"); parts[id].click(); },
  reason: (number) => parts.reasons.getElementsByTagName("button")[number].click(),
  choose: ([scale, at]) => {
    const input = parts.scales.find("scale-" + scale).getElementsByTagName("input")[at];
    input.checked = true;
    input.onchange();
  },
  chosen: () => told.push(parts.scales.getElementsByTagName("input").filter((one) => one.checked).length),
  look: (ids) => told.push(ids.map((id) => (parts[id].hidden ? null : parts[id].textContent))),
  focused: () => told.push(focused),
  saved: () => told.push(file),
};
visit();
for (const [what, argument] of JSON.parse(fs.readFileSync(process.argv[3], "utf8"))) steps[what](argument);
console.log(JSON.stringify(told));
