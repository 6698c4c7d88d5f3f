// From address to page: after `#` stands an API path, and the page shows what it answers. So a link of any answer is a link here too.

import { el, fill } from "/pages/dom.js";
import { claim } from "/pages/claim.js";
import { trainingClass } from "/pages/class.js";
import { list } from "/pages/list.js";
import { institution, order, person } from "/pages/overview.js";
import { paper } from "/pages/paper.js";
import { problem } from "/pages/shell.js";
import { operation } from "/pages/spec.js";
import { learn } from "/pages/values.js";

const ID = "[0-9a-f-]{36}$";
const PAGES = [["claims", claim], ["classes", trainingClass], ["trainees", person], ["institutions", institution], ["orders", order]]
	.map(([noun, page]) => [new RegExp(`^/v1/${noun}/${ID}`), page]);

let turn = 0;

/** Shows what the address says, and again when it changes; `home`: the page without an address. */
export async function follow({ main, me, home }) {
	const title = document.title;
	await learn(me);
	async function draw() {
		const mine = ++turn;
		const path = decodeURI(location.hash.slice(1));
		main.setAttribute("aria-busy", "true");
		let shown;
		try {
			const page = path.startsWith("/v1/") ? await pageOf(path) : home;
			shown = await page(path, { me, again: draw });
		} catch (refused) {
			shown = [el("h1", {}, "没有取到"), problem(refused)];
		}
		if (mine !== turn) return; // somebody has gone on meanwhile
		main.removeAttribute("aria-busy");
		fill(main, path ? el("p", { class: "screen" }, el("a", { href: "#" }, "← 返回首页")) : null, shown);
		const first = main.querySelector("h1");
		if (first) {
			first.tabIndex = -1;
			document.title = path ? `${first.textContent.trim()} · ${title}` : title;
			if (path) first.focus({ preventScroll: true });
		}
		scrollTo(0, 0);
	}
	addEventListener("hashchange", draw);
	await draw();
}

async function pageOf(path) {
	const own = PAGES.find(([shape]) => shape.test(path));
	if (own) return own[1];
	const said = await operation("get", path);
	return said?.answers?.members().items ? list : paper;
}
