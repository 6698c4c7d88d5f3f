// A spreadsheet dropped onto the page or chosen: how much of it is sent, how much is read, what is wrong row by row, and the same sheet back with its faults.

import * as api from "/pages/api.js";
import { el, fill, say, table } from "/pages/dom.js";
import { problem } from "/pages/shell.js";
import { number } from "/pages/words.js";

const SHOWN = 200;

/**
 * A place for a sheet. `send(file, tell)` uploads it and answers the job or, where there is none, anything; `job`: the path of a job; `done` is called
 * when it is over. `help`: what stands under the title.
 */
export function place({ title, help, send, job, done = () => {} }) {
	const result = el("div", { "aria-live": "polite" });
	const input = el("input", { type: "file", accept: ".xlsx,.xls,.csv", class: "hidden", onchange: () => input.files[0] && take(input.files[0]) });
	const box = el("div", { class: "drop" }, el("h3", {}, title), el("p", { class: "note" }, "把表格拖到这里,或者"),
		el("div", { class: "row" }, el("label", { class: "button" }, `选择${title}文件`, input), help), result);
	const over = (event, on) => {
		event.preventDefault();
		box.classList.toggle("over", on);
	};
	box.addEventListener("dragover", (event) => over(event, true));
	box.addEventListener("dragleave", (event) => over(event, false));
	box.addEventListener("drop", (event) => {
		over(event, false);
		event.stopPropagation();
		if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
	});

	async function take(file) {
		const bar = el("progress", { max: 1, value: 0, "aria-label": "进度" });
		const said = el("p", {}, `正在上传 ${file.name}`);
		fill(result, said, bar);
		input.disabled = true;
		try {
			const answer = await send(file, (share) => { bar.value = share; });
			if (!job) fill(result, el("p", { class: "box good" }, `${file.name} 已收下。`));
			else fill(result, outcome(await api.finished(job(answer), (read) => reading(read, said, bar)), file.name));
			await done();
		} catch (refused) {
			fill(result, problem(refused));
		} finally {
			input.disabled = false;
			input.value = "";
		}
	}

	return Object.assign(box, { take });
}

/** A sheet dropped beside the places: one place takes it, of more it is said which. */
function missed(event) {
	event.preventDefault();
	if (event.type !== "drop" || !event.dataTransfer.files.length) return;
	const all = [...document.querySelectorAll(".drop")];
	if (all.length === 1) all[0].take(event.dataTransfer.files[0]);
	else say(all.length ? `请把表格拖到“${all.map((each) => each.querySelector("h3").textContent).join("”或“")}”的框里。` : "这一页不收表格。");
}
for (const kind of ["dragover", "drop"]) addEventListener(kind, missed);

function reading({ status, progress }, said, bar) {
	fill(said, status === "queued" ? "已上传,等待读取" : `正在读取:${number(progress.done)} / ${number(progress.total)} 行`);
	bar.max = progress.total || 1;
	bar.value = progress.done;
}

/** What became of a sheet: how many rows are kept, each fault, and the sheet back. */
export function outcome(job, name = job.filename) {
	const { summary, errors = [], notes = [] } = job;
	const faulty = summary?.rejected ?? errors.length;
	const kept = summary && `共 ${number(summary.rows)} 行:新增 ${number(summary.created)},更新 ${number(summary.updated)},没有变化 ${number(summary.unchanged)},退回 ${number(summary.rejected)}。`;
	return el("section", { "aria-label": `${name} 的结果` },
		el("div", { class: `box ${job.status === "failed" ? "bad" : faulty ? "warn" : "good"}` },
			el("strong", {}, job.status === "failed" ? `${name} 没有读成` : faulty ? `${name}:有 ${number(faulty)} 行退回,其余已保存` : `${name}:全部已保存`),
			kept ? el("p", {}, kept) : null,
			notes.length ? el("ul", {}, notes.map((each) => el("li", {}, each))) : null,
			faulty && job.result_url ? el("button", { onclick: () => api.download(job.result_url) }, "下载标出错误的原表") : null,
			faulty ? el("p", { class: "note" }, "只需改正退回的行,再把同一份表传一次;已保存的行不会重复。") : null),
		errors.length ? table({
			caption: errors.length > SHOWN ? `退回的行(前 ${SHOWN} 处,其余见原表)` : "退回的行",
			named: "stack",
			columns: [
				{ title: "位置", head: true, cell: (row) => [row.sheet, row.row && `第 ${row.row} 行`, row.column && `${row.column} 列`].filter(Boolean).join(" ") },
				{ title: "看到的", cell: (row) => row.seen ?? "—" },
				{ title: "怎样改", cell: (row) => row.fix ?? row.code },
			],
			rows: errors.slice(0, SHOWN),
		}) : null);
}
