// What all pages share: who is signed in, which pages that role has, signing in and out, and how a refusal is shown.

import * as api from "/pages/api.js";
import { ask, el, field, fill } from "/pages/dom.js";
import * as session from "/pages/session.js";

/**
 * Begins a page. `open`: it can be read without signing in. Otherwise the caller is asked to sign in first.
 * Answers `{main, me}`: the element to fill, and `/v1/me` or null.
 */
export async function begin({ open = false } = {}) {
	api.onSignIn(signIn);
	await session.find();
	const main = document.getElementById("main");
	let me = await api.me();
	while (!me && !open) {
		if (await signIn()) me = await api.me();
		else await new Promise((pressed) => { fill(main, el("button", { class: "main", onclick: pressed }, "登录")); });
	}
	showAccount(me);
	return { main, me };
}

function showAccount(me) {
	for (const link of document.querySelectorAll("nav [data-for]")) link.hidden = !me || !link.dataset.for.split(" ").includes(me.role);
	const account = document.getElementById("account");
	if (!me) fill(account, el("button", { onclick: enterHere }, "登录"));
	else fill(account, el("span", {}, me.name || me.subject), el("button", { onclick: leave }, "退出"));
}

async function leave() {
	await session.signOut();
	location.assign("/");
}

let asking = null;

/** Asks for name and password; answers whether somebody is signed in, null when the dialog was closed. */
export function signIn() {
	asking ??= ask({
		title: "登录",
		body: [
			field("登录名", el("input", { name: "name", autocomplete: "username", required: true, autofocus: true })),
			field("密码", el("input", { name: "password", type: "password", autocomplete: "current-password", required: true })),
		],
		buttons: [{ label: "登录", act: enter }],
		beside: elsewhere(),
		show: problem,
	}).finally(() => { asking = null; });
	return asking;
}

/** The way to the city's own sign-in, where it is trusted. */
function elsewhere() {
	const way = el("span");
	session.issuer().then((go) => go && fill(way, el("button", { type: "button", onclick: go }, "统一身份认证登录")));
	return way;
}

/** Signs in on a page that can be read without: it begins anew with what one may see. */
export async function enterHere() {
	if (await signIn()) location.reload();
}

async function enter({ name, password }) {
	const refused = await session.signIn(name, password);
	if (refused) throw new api.Problem(refused);
	return true;
}

/** A refusal as it is shown: what it is, what was seen, what to do, each fault with its basis, and the number to quote. */
export function problem(refused) {
	if (!(refused instanceof api.Problem)) {
		console.error(refused);
		refused = new api.Problem({ title: "页面出错", detail: "请刷新后重试。", code: "", errors: [] });
	}
	const what = el("p", { class: "note" });
	if (refused.code && refused.status) api.remedy(refused.code).then((text) => refused.detail?.includes(text) || fill(what, text));
	return el("div", { class: "box bad", role: "alert" },
		el("strong", {}, refused.title),
		refused.detail && refused.detail !== refused.title ? el("p", {}, refused.detail) : null,
		refused.errors.length ? el("ul", {}, refused.errors.map(fault)) : null,
		what,
		refused.request_id ? el("p", { class: "note" }, `编号 ${refused.request_id}`) : null);
}

function fault(each) {
	const where = each.pointer ?? each.parameter;
	const basis = each.basis ? `依据:${each.basis.document}${each.basis.clause ?? ""}` : null;
	const said = [each.seen && `现为 ${each.seen}`, each.allowed && `应为 ${each.allowed}`, each.fix, basis];
	return el("li", {}, where ? el("code", {}, where) : null, where ? " " : null, said.filter(Boolean).join(";") || each.code);
}

/** Runs a part of the page: its element is filled with what `work` answers, and with the refusal where it is refused. */
export async function into(element, work) {
	element.setAttribute("aria-busy", "true");
	try {
		fill(element, [await work()]);
	} catch (refused) {
		fill(element, problem(refused));
	} finally {
		element.removeAttribute("aria-busy");
	}
	return element;
}
