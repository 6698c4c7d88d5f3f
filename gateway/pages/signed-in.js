// Back from the city's issuer: the code is exchanged, and one goes on where one was.

import { Problem } from "/pages/api.js";
import { el } from "/pages/dom.js";
import { into, problem } from "/pages/shell.js";
import { arrive } from "/pages/session.js";

await into(document.getElementById("main"), async () => {
	const { back, refused } = await arrive(new URLSearchParams(location.search));
	if (!refused) location.replace(back);
	return refused ? [el("h1", {}, "没有登录"), problem(new Problem(refused)), el("a", { class: "button", href: back }, "回到原来的页面")] : null;
});
