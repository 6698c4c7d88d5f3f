// The public API: every request with the caller's token, every refusal as a Problem, every POST with its key, every list page by page.

import * as session from "/pages/session.js";

/** A refusal (RFC 9457): title, detail, code, status, errors[], request_id. */
export class Problem extends Error {
	constructor(said) {
		super(said.detail || said.title);
		Object.assign(this, { errors: [] }, said);
	}
}

const AWAY = { title: "没有连上服务器", detail: "请检查网络后重试。", code: "away", status: 0 };
let askToSignIn = null;

/** The shell says what is done when somebody has to sign in: it resolves to whether somebody has. */
export function onSignIn(ask) {
	askToSignIn = ask;
}

export async function get(path) {
	return (await answered("GET", path)).json();
}

/** POST, PATCH, PUT or DELETE. `version`: of the paper it is on (If-Match). The same act asked again after the connection broke has the same key. */
export async function send(method, path, body, { version, key = newKey() } = {}) {
	const headers = { "Idempotency-Key": key };
	if (method !== "POST") delete headers["Idempotency-Key"];
	if (version !== undefined) headers["If-Match"] = `"${version}"`;
	if (body !== undefined && !(body instanceof FormData)) headers["Content-Type"] = "application/json";
	const answer = await answered(method, path, { headers, body: body === undefined || body instanceof FormData ? body : JSON.stringify(body) });
	return answer.status === 204 ? null : answer.json();
}

export const post = (path, body, said) => send("POST", path, body, said);
export const patch = (path, body, said) => send("PATCH", path, body, said);

/** The items of a list, page after page, as far as they are asked for. */
export async function* each(path) {
	for (let cursor = ""; cursor !== null;) {
		const page = await get(cursor ? within(path, { cursor }) : path);
		yield* page.items;
		cursor = page.next_cursor;
	}
}

/** A path with more parameters; null and undefined are left out, a list is given one by one. */
export function within(path, given) {
	const url = new URL(path, location.origin);
	for (const [name, value] of Object.entries(given)) {
		url.searchParams.delete(name);
		for (const one of [value].flat()) if (one !== null && one !== undefined && one !== "") url.searchParams.append(name, one);
	}
	return url.pathname + url.search;
}

/** Saves what a path answers as a file. */
export async function download(path, name) {
	const answer = await answered("GET", path);
	const said = /filename\*?=(?:UTF-8'')?"?([^";]+)/.exec(answer.headers.get("Content-Disposition") ?? "");
	const link = Object.assign(document.createElement("a"), {
		href: URL.createObjectURL(await answer.blob()),
		download: name ?? (said ? decodeURIComponent(said[1]) : path.split("/").pop()),
	});
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Sends a form with a file; `tell` hears how much of it is sent, 0 to 1. */
export async function upload(path, form, tell = () => {}, key = newKey()) {
	const access = await session.token();
	return new Promise((done, refused) => {
		const request = new XMLHttpRequest();
		request.open("POST", path);
		request.responseType = "json";
		request.setRequestHeader("Idempotency-Key", key);
		if (access) request.setRequestHeader("Authorization", `Bearer ${access}`);
		request.upload.onprogress = (event) => event.lengthComputable && tell(event.loaded / event.total);
		request.onload = () => (request.status < 400 ? done(request.response) : refused(new Problem(request.response ?? AWAY)));
		request.onerror = () => refused(new Problem(AWAY));
		request.send(form);
	});
}

/** Waits for a job (an import); `tell` hears it each time it is looked at. */
export async function finished(path, tell = () => {}) {
	for (let pause = 200; ; pause = Math.min(pause * 1.5, 3000)) {
		const job = await get(path);
		tell(job);
		if (job.status === "done" || job.status === "failed") return job;
		await new Promise((done) => setTimeout(done, pause));
	}
}

/** Who is signed in (`/v1/me`), or null. */
export async function me() {
	return (await session.token()) ? get("/v1/me") : null;
}

/** Today as the server counts days, whatever the machine's clock says. */
export async function today() {
	return (await get("/version")).today;
}

let codes = null;

/** What the codes of a list are called: `(await labels("claim_status")).submitted`. A code without a label is called by itself. */
export async function labels(list) {
	codes ??= get("/v1/codes");
	const rows = (await codes)[list] ?? [];
	const called = Object.fromEntries(rows.map((row) => [row.code, row.label]));
	return new Proxy(called, { get: (known, code) => known[code] ?? code });
}

/** What to do about a problem, of the catalogue; empty where it has nothing to say. */
export async function remedy(code) {
	const answer = await fetch(`/v1/problems/${encodeURIComponent(code)}`).catch(() => null);
	return answer?.ok ? (await answer.json()).remedy : "";
}

/** A key for one act. (`crypto.randomUUID` is there over https only.) */
export function newKey() {
	return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function answered(method, path, { headers = {}, body } = {}) {
	for (let again = false; ; again = true) {
		const access = await session.token();
		const answer = await fetched(method, path, access ? { ...headers, Authorization: `Bearer ${access}` } : headers, body);
		if (answer.ok) return answer;
		const said = await answer.json().catch(() => ({ ...AWAY, status: answer.status }));
		if (answer.status !== 401 || !askToSignIn || again) throw new Problem(said);
		session.forget();
		if (!(await askToSignIn())) throw new Problem(said);
	}
}

/** Once more when the connection breaks: what has a key is done once, what has none is only read or may be said twice. */
async function fetched(method, path, headers, body) {
	const ask = () => fetch(path, { method, headers, body, cache: "no-store" });
	try {
		return await ask().catch(ask);
	} catch {
		throw new Problem(AWAY);
	}
}
