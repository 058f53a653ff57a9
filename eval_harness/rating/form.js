// The offline form. No network, no library, nothing newer than 2011: it must run on an old phone.
"use strict";

// What needs no page.

function firstOpen(shown, answers) {
  for (var at = 0; at < shown.length; at++) {
    if (!answers.hasOwnProperty(shown[at].key)) return at;
  }
  return shown.length;
}

function missing(scales, scores) {
  return scales.filter(function (scale) { return !scores.hasOwnProperty(scale.key); });
}

function exported(data, answers) {
  var given = data.shown.filter(function (one) { return answers.hasOwnProperty(one.key); });
  return JSON.stringify({
    format: data.format,
    plan: data.plan,
    rater: data.rater,
    answers: given.map(function (one) {
      return { key: one.key, scores: answers[one.key].scores, skipped: answers[one.key].skipped };
    })
  });
}

// What was kept of an earlier visit; nothing where it cannot be read.
function restored(text) {
  try {
    var kept = JSON.parse(text);
    if (kept && typeof kept.answers === "object" && typeof kept.drafts === "object") return kept;
  } catch (error) { /* someone else's text under our name */ }
  return { answers: {}, drafts: {} };
}

function fileName(data) {
  return "answers-" + data.plan + "-" + data.rater.replace(/[\\\/:*?"<>|\s]+/g, "-") + ".json";
}

function bengali(number) {
  return String(number).replace(/[0-9]/g, function (digit) { return "০১২৩৪৫৬৭৮৯".charAt(Number(digit)); });
}

// The page.

function start() {
  var data = JSON.parse(document.getElementById("data").textContent);
  var texts = data.texts;
  var store = "sahayok-rating/" + data.plan + "/" + data.rater;
  var kept = { answers: {}, drafts: {} };
  var position = 0;
  var page = "intro";

  function part(id) { return document.getElementById(id); }
  function say(id, text) { part(id).textContent = text; }
  function show(id, visible) { part(id).hidden = !visible; }

  function element(name, className, text) {
    var made = document.createElement(name);
    if (className) made.className = className;
    made.textContent = text;
    return made;
  }

  function remember() {
    try {
      localStorage.setItem(store, JSON.stringify(kept));
    } catch (error) {
      show("no-memory", true);
    }
  }

  function current() { return data.shown[position]; }

  function scores() {
    var key = current().key;
    if (kept.drafts.hasOwnProperty(key)) return kept.drafts[key];
    return kept.answers.hasOwnProperty(key) ? kept.answers[key].scores : {};
  }

  function choose(scale, value) {
    var now = {};
    var before = scores();
    for (var key in before) now[key] = before[key];
    now[scale.key] = value;
    kept.drafts[current().key] = now;
    remember();
    say("note", "");
  }

  function keep(given, reason) {
    kept.answers[current().key] = { scores: given, skipped: reason };
    delete kept.drafts[current().key];
    remember();
    turn(1);
  }

  function turn(direction) {
    position += direction;
    page = position < data.shown.length ? "work" : "end";
    draw();
    part("progress").focus(); // or a keyboard would stay at the foot of the page
    window.scrollTo(0, 0);
  }

  function drawScale(scale) {
    var set = document.createElement("fieldset");
    set.id = "scale-" + scale.key;
    set.appendChild(element("legend", "", scale.name + ": " + scale.question));
    scale.values.forEach(function (value) {
      var label = document.createElement("label");
      var input = document.createElement("input");
      input.type = "radio";
      input.name = scale.key;
      input.checked = scores()[scale.key] === value.value;
      input.onchange = function () { choose(scale, value.value); };
      label.appendChild(input);
      label.appendChild(element("span", "", bengali(value.number) + (value.anchor ? "  " + value.anchor : "")));
      set.appendChild(label);
    });
    return set;
  }

  function drawWork() {
    var talk = part("talk");
    talk.textContent = "";
    current().messages.forEach(function (message) {
      talk.appendChild(element("h2", "", message.speaker + ":"));
      talk.appendChild(element("p", "said", message.text));
    });
    say("reply-heading", texts.reply + ":");
    say("reply", current().reply || texts.empty);
    var form = part("scales");
    form.textContent = "";
    data.scales.forEach(function (scale) { form.appendChild(drawScale(scale)); });
  }

  function draw() {
    say("note", "");
    show("intro", page === "intro");
    show("work", page === "work" || page === "skip");
    show("reasons", page === "skip");
    show("end", page === "end");
    show("back", (page === "work" || page === "end") && position > 0);
    show("skip", page === "work");
    show("cancel", page === "skip");
    show("next", page === "intro" || page === "work");
    show("save", Object.keys(kept.answers).length > 0);
    say("next", page === "intro" ? texts.form_begin : texts.form_next);
    var number = bengali(position + 1) + " / " + bengali(data.shown.length);
    var before = page === "work" && kept.answers[current().key];
    if (before) number += " · " + (before.skipped ? texts.skipped_before : texts.done_before);
    say("progress", page === "work" || page === "skip" ? number : "");
    if (page === "work") drawWork();
  }

  function next() {
    if (page === "intro") {
      position = firstOpen(data.shown, kept.answers);
      turn(0);
      return;
    }
    var key = current().key;
    var before = kept.answers[key];
    if (before && before.skipped && !kept.drafts.hasOwnProperty(key)) {
      turn(1);
      return;
    }
    var open = missing(data.scales, scores());
    if (open.length) {
      var names = open.map(function (scale) { return scale.name; }).join(", ");
      say("note", texts.missing.replace("{scales}", names));
      part("scale-" + open[0].key).getElementsByTagName("input")[0].focus();
      return;
    }
    keep(scores(), "");
  }

  function save() {
    var text = exported(data, kept.answers);
    var link = document.createElement("a");
    link.download = fileName(data);
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    document.body.appendChild(link);
    link.click();
    document.body.removeChild(link);
    part("copy").value = text;
    show("saved", true);
  }

  say("intro-text", texts.intro);
  say("kept", texts.form_kept);
  say("keyboard", texts.form_keys);
  say("no-memory", texts.form_no_memory);
  say("reasons-heading", texts.skip_question);
  say("end", texts.form_end);
  say("back", texts.form_back);
  say("skip", texts.form_skip);
  say("cancel", texts.form_cancel);
  say("save", texts.form_save);
  say("saved-text", texts.form_saved);
  data.skips.forEach(function (reason) {
    var button = element("button", "reason", reason.text);
    button.type = "button";
    button.onclick = function () { keep({}, reason.key); };
    part("reasons").appendChild(button);
  });
  part("scales").onsubmit = function () { return false; };
  part("next").onclick = next;
  part("back").onclick = function () { turn(-1); };
  part("skip").onclick = function () { page = "skip"; draw(); part("reasons").getElementsByTagName("button")[0].focus(); };
  part("cancel").onclick = function () { page = "work"; draw(); };
  part("save").onclick = save;
  try {
    kept = restored(localStorage.getItem(store));
  } catch (error) { /* told by remember() */ }
  remember();
  draw();
}

start();
