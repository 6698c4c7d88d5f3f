// Who is signed in. The tokens stay in this tab (sessionStorage: gone when it closes); tabs of this origin that are open tell one another,
// so that a paper opened beside needs no second password, and no tab goes on with a refresh token that another one has used.

const KEY = "session";
const EARLY_SECONDS = 60;
const ASKED_FOR_MS = 80;

const tabs = new BroadcastChannel(KEY);
let kept = JSON.parse(sessionStorage.getItem(KEY));
let turning = null;
let heard = () => {};

tabs.onmessage = ({ data }) => {
	if (data === "who?") kept && tabs.postMessage({ kept });
	else keep(data.kept);
};

function keep(session) {
	kept = session;
	if (session) sessionStorage.setItem(KEY, JSON.stringify(session));
	else sessionStorage.removeItem(KEY);
	heard();
}

function tell(session) {
	keep(session);
	tabs.postMessage({ kept: session });
}

/** Asks the other tabs, when this one knows nobody. */
export async function find() {
	if (kept) return;
	const answered = new Promise((done) => { heard = done; });
	tabs.postMessage("who?");
	await Promise.race([answered, new Promise((done) => setTimeout(done, ASKED_FOR_MS))]);
	heard = () => {};
}

/** The access token, renewed when it is about to end; null when nobody is signed in. */
export async function token() {
	if (!kept) return null;
	if (kept.until > Date.now() + EARLY_SECONDS * 1000) return kept.access;
	turning ??= inTurn(renew).finally(() => { turning = null; });
	await turning;
	return kept?.access ?? null;
}

/** One tab at a time, where the browser can say so (it does over https and on this machine). */
function inTurn(work) {
	return navigator.locks ? navigator.locks.request(KEY, work) : work();
}

async function renew() {
	if (!kept || kept.until > Date.now() + EARLY_SECONDS * 1000) return;
	if (!kept.refresh) return kept.until < Date.now() && tell(null); // of the issuer's: one signs in there again
	const answer = await post("/v1/sessions:refresh", { refresh_token: kept.refresh });
	if (answer.ok) tell(read(await answer.json()));
	else if (answer.status === 401) tell(null);
	else if (kept.until < Date.now()) throw await answer.json();
}

/** Signs in; answers the problem when that is refused, and null when it is not. */
export async function signIn(name, password) {
	const answer = await post("/v1/sessions", { name, password });
	if (!answer.ok) return answer.json();
	tell(read(await answer.json()));
	return null;
}

const coded = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/[+/=]/g, (each) => ({ "+": "-", "/": "_" })[each] ?? "");
const random = () => coded(crypto.getRandomValues(new Uint8Array(32)));
const HERE = `${location.origin}/signed-in`;

/** Where the city's issuer signs people in, if one is trusted; over https and on this machine alone (RFC 7636 needs the browser's digest). */
export async function issuer() {
	if (!crypto.subtle) return null;
	const said = await fetch("/.well-known/oauth-authorization-server").then((answer) => answer.json()).catch(() => ({}));
	return said.authorization_endpoint ? leaveFor : null;
}

async function leaveFor() {
	const [state, verifier] = [random(), random()];
	sessionStorage.setItem(state, JSON.stringify({ verifier, back: location.pathname + location.search + location.hash }));
	const challenge = coded(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)));
	location.assign(`/oauth2/authorize?${new URLSearchParams({ state, code_challenge: challenge, redirect_uri: HERE })}`);
	return new Promise(() => {});
}

/** What came back from the issuer is exchanged: `{back, refused}`. Only this tab, which asked, can do it. */
export async function arrive(said) {
	const asked = JSON.parse(sessionStorage.getItem(said.get("state")));
	sessionStorage.removeItem(said.get("state"));
	const no = { title: "没有登录", detail: said.get("error_description") || "请从登录页重新登录。" };
	if (!asked || !said.get("code")) return { back: asked?.back ?? "/", refused: no };
	const form = { grant_type: "authorization_code", code: said.get("code"), code_verifier: asked.verifier, redirect_uri: HERE };
	const answer = await fetch("/oauth2/token", { method: "POST", body: new URLSearchParams(form) });
	const given = await answer.json();
	if (answer.ok) tell(read(given));
	return { back: asked.back, refused: answer.ok ? null : { ...no, detail: given.error_description } };
}

export async function signOut() {
	const access = await token();
	if (access) await fetch("/v1/sessions/current", { method: "DELETE", headers: { Authorization: `Bearer ${access}` } });
	tell(null);
}

/** The token was refused: it is no longer anybody's. */
export function forget() {
	keep(null);
}

function read(said) {
	return { access: said.access_token, refresh: said.refresh_token, until: Date.now() + said.expires_in * 1000 };
}

function post(path, body) {
	return fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}
