// The steps of a paper: what each button would do, why another cannot be pressed now, and the form that a step asks for. All of it is told by the paper's
// own `allowed_actions` and by the API document; no rule is written here.

import * as api from "/pages/api.js";
import { ask, choice, el, field, say } from "/pages/dom.js";
import { operation } from "/pages/spec.js";
import { into, problem } from "/pages/shell.js";
import { today, values } from "/pages/values.js";

const PATCHES = new Set(["edit", "change"]);
const LONG = 200; // characters: more than this is written in lines, and asked last
const BELOW = { correct: "corrections", inspect: "inspections", enrol: "enrolments", attend: "attendance", schedule: "sessions", update: "updates" };
const DANGEROUS = new Set(["reject", "withdraw", "cancel", "revoke", "recover", "blacklist", "exit", "suspend", "dismiss", "disable"]);

/**
 * The buttons of a paper. `done`: what is called after a step. `given`: by step, members that the page fills in itself, as elements of the form.
 * `shows`: by step, what is shown above the form (a sum, a fund).
 */
export async function buttons(path, paper, done, { given = {}, shows = {} } = {}) {
  const called = await api.labels("action");
  const steps = await Promise.all(paper.allowed_actions.map(async (each) => ({ ...each, ...(await doing(path, each.action)) })));
  for (const step of steps) step.label = step.operation?.summary ?? called[step.action];
  const can = steps.filter((each) => each.allowed && askable(each.operation, given[each.action]))
    .sort((one, other) => DANGEROUS.has(one.action) - DANGEROUS.has(other.action));
  const elsewhere = steps.filter((each) => each.allowed && !can.includes(each));
  const cannot = steps.filter((each) => !each.allowed);
  return el("section", { class: "card screen", "aria-label": "可以办理" },
    el("h2", {}, "可以办理"),
    can.length
      ? el("ul", { class: "steps" }, can.map((step, at) => el("li", {},
        el("button", { class: DANGEROUS.has(step.action) ? "danger" : at === 0 ? "main" : null, onclick: () => take(step, paper, done, given[step.action], shows[step.action]) }, step.label),
        el("span", { class: "note" }, step.operation.does))))
      : el("p", { class: "note" }, "您现在没有可以办理的步骤。"),
    elsewhere.length ? el("p", { class: "note" }, `也可以办,要填的内容请用表格导入或由接口提交:${elsewhere.map((step) => step.label).join("、")}。`) : null,
    cannot.length
      ? el("details", {}, el("summary", {}, `现在不能办的 ${cannot.length} 项,为什么`),
        el("dl", {}, cannot.map((step) => [el("dt", {}, step.label), el("dd", {}, step.why_not?.detail ?? "")])))
      : null);
}

/** Whether a form here can ask for all that a step needs. */
function askable(asked, given = {}) {
  if (!asked) return false;
  const members = asked.asks?.members() ?? {};
  return (asked.asks?.required ?? []).every((name) => given[name] || inputOf(name, members[name]));
}

/** Where a step is taken: `:step`, a list below the paper, or the paper itself. */
async function doing(path, action) {
  for (const [method, at] of [["POST", `${path}:${action}`], ["POST", `${path}/${BELOW[action] ?? action}`], ["POST", `${path}/${action}:batch`]]) {
    const found = await operation(method.toLowerCase(), at);
    if (found) return { method, at, operation: found };
  }
  const found = PATCHES.has(action) ? await operation("patch", path) : null;
  return { method: "PATCH", at: path, operation: found };
}

async function take({ label, method, at, operation: asked }, paper, done, given = {}, shows) {
  const members = Object.entries(asked.asks?.members() ?? {}).filter(([name]) => name !== "external_refs")
    .sort(([, one], [, other]) => ((one.longest ?? 0) > LONG) - ((other.longest ?? 0) > LONG));
  const inputs = Object.fromEntries(members.map(([name, member]) => [name, given[name] ?? inputOf(name, member, method === "PATCH" ? paper[name] : undefined)]));
  const fields = members.map(([name, member]) => inputs[name] && labelled(name, member, inputs[name], asked.asks.required.includes(name)));
  const trial = el("div", { "aria-live": "polite" });
  const send = (path, form) => api.send(method, path, bodyOf(members, form, inputs, method === "PATCH" ? paper : {}), { version: paper.version });
  const act = async (form) => {
    const answer = await send(at, form);
    say(`已办理:${label}`);
    return answer ?? true;
  };
  const answer = await ask({
    title: `${label}${paper.number ? ` ${paper.number}` : ""}`,
    body: [el("p", {}, asked.does), shows ? await into(el("div"), shows) : null, ...fields, trial],
    buttons: [{ label, act }],
    show: problem,
    wide: asked.previews || members.some(([name]) => inputs[name]?.read),
    beside: asked.previews
      ? el("button", { type: "button", onclick: (event) => into(trial, () => preview(at, event.target.form, send)) }, "先看会影响什么")
      : null,
  });
  if (answer) await done(answer);
}

/** What the step would touch, and nothing is changed. */
async function preview(at, form, send) {
  const said = await operation("post", at);
  const answer = await send(`${at}?preview=true`, Object.fromEntries(new FormData(form)));
  return el("div", { class: "box warn" }, el("h3", {}, "会影响"), values(answer, said.fits(answer)));
}

function labelled(name, member, input, required) {
  if (input.type === "checkbox") return el("label", { class: "check" }, input, member.label || name);
  if (required) input.setAttribute?.("required", "");
  return field(`${member.label || name}${required ? "(必填)" : ""}`, input);
}

/** An input for a member; null for what a form here cannot ask. */
export function inputOf(name, member, value) {
  if (member.codes) return choice(name, [["", "—"], ...member.codes], value);
  if (member.type === "boolean") return el("input", { type: "checkbox", name, checked: value === true });
  if (member.format === "date") return el("input", { type: "date", name, value: value ?? (/^(on|received_on|from_on|paid_on)$/.test(name) ? today() : "") });
  if (member.format === "uuid" || name.endsWith("_id") || name.endsWith("_at")) return null;
  if (member.type === "integer" || member.type === "number") return el("input", { type: "number", name, value: value ?? "", step: member.type === "number" ? "any" : 1 });
  if (member.type === "string") return (member.longest ?? 0) > LONG ? el("textarea", { name, value: value ?? "" }) : el("input", { name, value: value ?? "" });
  return null;
}

/** The body of a request out of the form. Of a change only what differs from the paper is sent. */
function bodyOf(members, form, inputs, before) {
  const body = {};
  for (const [name, member] of members) {
    const input = inputs[name];
    if (!input) continue;
    const had = before[name] ?? null;
    const value = input.read ? input.read() : input.type === "checkbox" ? input.checked : numbered(member, form[name]);
    const given = value === "" || value === undefined || (value === false && had === null) ? null : value;
    if (given !== had) body[name] = given;
  }
  return body;
}

const numbered = (member, text) => (text && (member.type === "integer" || member.type === "number") ? Number(text) : text?.trim());

/** The fields of a list's rows in a form: `read` answers the rows; who is asked for nothing is left out. */
export function rowsInput(rows, fieldsOf, read) {
  const made = rows.map((row) => ({ row, inputs: fieldsOf(row) }));
  const box = el("div", { class: "scroll rows", tabindex: 0 }, made.map(({ row, inputs }) => el("fieldset", {}, el("legend", {}, row.title), Object.values(inputs))));
  box.read = () => made.map(({ row, inputs }) => read(row, inputs)).filter(Boolean);
  return box;
}
