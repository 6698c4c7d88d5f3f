// How a member of a paper is shown: codes by their names, days and money as written here, ids by what stands beside them.

import * as api from "/pages/api.js";
import { el, table } from "/pages/dom.js";
import { day, moment, yuan } from "/pages/words.js";

export const NOUNS = {
	trainee: "trainees", institution: "institutions", employer: "institutions", class: "classes", claim: "claims", order: "orders", fund: "funds",
	filing: "filings", certificate: "certificates", assessment: "assessments", placement: "placements", enrolment: "enrolments", objection: "objections",
	payment_batch: "payment-batches", recovery: "recoveries", split_from: "claims", supplement_of: "claims", other_claim: "claims",
	into: "trainees", skill_standard: "skill-standards",
};
const NAMES = ["institution_name", "trainee_name", "name", "number"];
const BESIDE = ["name", "number", "order_number"];
const UNSHOWN = /^(id|version|allowed_actions|person_id|actor|link|hash|.*_hash|retryable)$/;
const GOOD = /^(eligible|paid|completed|approved|accepted|valid|met|done|active|closed|granted|issued)$/;
const WARN = /^(held|submitted|reviewed|returned|unproven|in_notice|received|pending|recovering|suspended|overdue|on_track|exported)$/;
const BAD = /^(refused|rejected|revoked|broken|failed|bounced|blacklisted|excluded|expired|cancelled)$/;
// Papers that a role cannot open, though others name them.
const CLOSED = {
	admin: "inst|trainees", department: "cert|claims|plac|trainees", finance: "cert|class|enrol|inst|plac|train", partner: "class|inst|train", person: "inst|ord", town: "cert|ord|plac",
};

let called = {};
let closed = /^$/;
let now = "";

/** Learns which day it is, what the role cannot open, and what those codes are called that are no list in the API document. */
export async function learn({ role }) {
	now = await api.today();
	if (CLOSED[role]) closed = new RegExp(`^/v1/(${CLOSED[role]})[a-z-]*/`);
	const lists = { code: "category", institution_kind: "institution_kind", scheme: "scheme", role: "role", action: "event_type" };
	called = Object.fromEntries(await Promise.all(Object.entries(lists).map(async ([name, list]) => [name, await api.labels(list)])));
}

export const today = () => now;

/** A link to a paper: the page shows what its API path answers. */
export const to = (path, text) => (closed.test(path) ? el("span", {}, text) : el("a", { href: `#${path}` }, text));

export function badge(code, word) {
	const kind = GOOD.test(code) ? "good" : BAD.test(code) ? "bad" : WARN.test(code) ? "warn" : "";
	return el("span", { class: `badge ${kind}` }, word);
}

export const wordOf = (member, code) => member?.codes?.find(([each]) => each === code)?.[1] ?? String(code);

/** A value, by what the API document says of its member. */
export function shown(value, member, name = "") {
	if (value == null || value === "") return "—";
	if (value instanceof Node) return value;
	if (Array.isArray(value)) return value.length ? listed(value, member?.items(), name) : "无";
	if (typeof value === "object") return values(value, member);
	if (typeof value === "boolean") return value ? "是" : "否";
	if (member?.codes) return /status|verdict|result|outcome/.test(name) ? badge(value, wordOf(member, value)) : wordOf(member, value);
	if (member?.format === "date") return el("time", { datetime: value }, day(value));
	if (member?.format === "date-time") return el("time", { datetime: value }, moment(value));
	if (/\\\.\\d\{2\}/.test(member?.pattern ?? "")) return yuan(value);
	return called[name]?.[value] ?? String(value);
}

/** In a table: of a record within a record only what it is called. */
export function brief(name, row, member) {
	const value = row[name];
	if (Array.isArray(value) && typeof value[0] === "object") return value.map((each) => shown(each.name ?? each.number ?? each.code, null, "code")).join("、");
	if (value === null || typeof value !== "object" || value instanceof Node || Array.isArray(value)) return valueOf(name, row, member);
	const said = NAMES.find((each) => value[each]);
	return said ? valueOf(said, value) : values(value, member);
}

function listed(values_, member, name) {
	if (typeof values_[0] !== "object") return values_.map((each) => shown(each, member, name)).join("、");
	return records(values_, member, "");
}

/** A table of records of one kind; what none of them has is left out. */
export function records(rows, member, caption, empty) {
	const members = member?.members() ?? {};
	const names = Object.keys(rows[0] ?? {}).filter((name) => wanted(name, rows[0]) && rows.some((row) => told(row[name])));
	const columns = names.map((name, at) => ({ title: titled(name, members[name]), head: at === 0, number: /(^|_)(amount|yuan|count|people)/.test(name), cell: (row) => brief(name, row, members[name]) }));
	return table({ caption, columns, rows, empty, named: "stack" });
}

/** A record as a list of terms; `named`: how it is laid out. */
export function values(record, member, named = null) {
	const members = member?.members() ?? {};
	const names = Object.keys(record).filter((name) => wanted(name, record) && told(record[name]));
	return el("dl", { class: named }, names.map((name) => el("div", {}, el("dt", {}, titled(name, members[name])), el("dd", {}, valueOf(name, record, members[name])))));
}

/** One member, led to its paper where its id stands beside it. */
export function valueOf(name, record, member) {
	const of = /^(.*?)_(?:name|number|order_number)$/.exec(name)?.[1];
	const id = of && record[`${of}_id`];
	const said = shown(record[name], member, name);
	return id && NOUNS[of] && record[name] ? to(`/v1/${NOUNS[of]}/${id}`, said) : said;
}

const told = (value) => value != null && value !== "" && !(Array.isArray(value) && !value.length);
const titled = (name, member) => member?.label || name;

/** Ids, codes and second names are left out where what they are called stands beside them; paths are led to otherwise. */
function wanted(name, record) {
	if (UNSHOWN.test(name) || (record.trainee_name && "id_number" in record && /^(name|id_number)$/.test(name)) || `${name}_name` in record || /^\/v1\//.test(record[name])) return false;
	const of = /^(.*)_(id|code|ids)$/.exec(name)?.[1];
	return !of || (!BESIDE.some((each) => `${of}_${each}` in record) && !(`${of}_names` in record) && !name.endsWith("_id"));
}
