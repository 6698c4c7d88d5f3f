// Making what is shown. Text is always text: nothing here reads markup.

const SVG = "http://www.w3.org/2000/svg";

/** `el("button", {class: "main", onclick: go}, "提交")`. Attributes that are null or false are left out; children may be text, elements, lists or null. */
export function el(name, given = {}, ...inside) {
	return made(document.createElement(name), given, inside);
}

/** The same for a picture's elements. */
export function svg(name, given = {}, ...inside) {
	return made(document.createElementNS(SVG, name), given, inside);
}

function made(element, given, inside) {
	for (const [name, value] of Object.entries(given)) {
		if (value === null || value === undefined || value === false) continue;
		if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
		else if (name === "value") element.value = value;
		else element.setAttribute(name, value === true ? "" : value);
	}
	element.append(...flat(inside));
	return element;
}

const flat = (inside) => inside.flat(Infinity).filter((each) => each !== null && each !== undefined && each !== false && each !== "");

/** Puts these in place of what an element holds. */
export function fill(element, ...inside) {
	element.replaceChildren(...flat(inside));
	return element;
}

/**
 * A table. `columns`: `{title, cell: (row) => text or element, number?: true, head?: true}`; the column with `head` names its row.
 * Where it is wider than the screen it is scrolled, by keyboard too.
 */
export function table({ caption, columns, rows, empty = "没有。", named = "" }) {
	if (!rows.length) return el("p", { class: "note" }, empty);
	const cell = (column, row) => el(column.head ? "th" : "td", { scope: column.head ? "row" : null, class: column.number ? "number" : null, "data-title": typeof column.title === "string" ? column.title : null }, column.cell(row));
	return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
		el("table", { class: named || null },
			el("caption", {}, caption),
			el("thead", {}, el("tr", {}, columns.map((column) => el("th", { scope: "col", class: column.number ? "number" : null }, column.title)))),
			el("tbody", {}, rows.map((row) => el("tr", {}, columns.map((column) => cell(column, row)))))));
}

/** A labelled field: `field("原因", el("textarea", {name: "reason"}), "说明")`. */
export function field(label, input, hint) {
	return el("label", { class: "field" }, el("span", {}, label), input, hint ? el("small", {}, hint) : null);
}

/** A select of `[[value, label], …]`. */
export function choice(name, options, chosen, given = {}) {
	return el("select", { name, ...given }, options.map(([value, label]) => el("option", { value, selected: String(value) === String(chosen ?? "") }, label)));
}

/**
 * Asks in a dialog and waits: what the pressed button's `act(form values)` answers, or null when it was closed.
 * An `act` that throws keeps the dialog open and shows why; one that answers nothing (undefined) keeps it open. `beside`: what stands next to the buttons.
 */
export function ask({ title, body, buttons, show, beside = null, wide = false }) {
	return new Promise((done) => {
		const trouble = el("div", { "aria-live": "assertive" });
		let pressed = null;
		const form = el("form", { method: "dialog" }, el("h2", {}, title), body, trouble,
			el("div", { class: "row end" },
				buttons.map((each, index) => el("button", { class: index === 0 ? "main" : null, value: index, onclick: () => { pressed = each; } }, each.label)),
				beside,
				el("button", { type: "button", onclick: () => box.close() }, "关闭")));
		const box = el("dialog", { "aria-label": title, class: wide ? "wide" : null }, form);
		form.addEventListener("submit", async (event) => {
			event.preventDefault();
			const button = event.submitter ?? form.querySelector("button.main");
			pressed ??= buttons[0];
			button.disabled = true;
			try {
				const answer = await pressed.act(Object.fromEntries(new FormData(form)));
				if (answer === undefined) return;
				box.close();
				done(answer);
			} catch (problem) {
				fill(trouble, show(problem));
			} finally {
				button.disabled = false;
				pressed = null;
			}
		});
		box.addEventListener("close", () => { box.remove(); done(null); });
		document.body.append(box);
		box.showModal();
	});
}

let live = null;

/** Says something to whoever listens, and shows it for a moment. */
export function say(text) {
	live ??= document.body.appendChild(el("p", { class: "said", role: "status" }));
	fill(live, text);
	live.hidden = false;
	clearTimeout(say.timer);
	say.timer = setTimeout(() => { live.hidden = true; }, 6000);
}
