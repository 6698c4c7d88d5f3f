// Numbers, money and days as they are written here.

const whole = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 1 });

export const number = (value) => (value === null || value === undefined ? "—" : whole.format(value));
export const percent = (share) => (share === null || share === undefined ? "—" : `${(share * 100).toFixed(1).replace(/\.0$/, "")}%`);

/** What services that are away are called. */
const SERVICES = { registry: "机构、人员和培训", subsidy: "补贴", evaluation: "评价和证书", eastwest: "东西部协作" };
export const away = (names) => names.map((name) => SERVICES[name] ?? name).join("、");

/** A difference of two shares. */
export const points = (gap) => (gap === null || gap === undefined ? "—" : `${whole.format(gap * 100)} 个百分点`);

/** Money is a string with two places, and is never computed with here. */
export function yuan(amount) {
	if (amount === null || amount === undefined) return "—";
	const [whole_, cents] = String(amount).split(".");
	return `${whole_.replace(/\B(?=(\d{3})+$)/g, ",")}.${(cents ?? "00").padEnd(2, "0")} 元`;
}

/** A value in its unit: `percent` of a ratio, money of 元, else a number. */
export const inUnit = (value, unit) => (unit === "ratio" ? percent(value) : value === null || value === undefined ? "—" : `${number(value)} ${unit}`);

export function day(on) {
	if (!on) return "—";
	const [year, month, date] = on.slice(0, 10).split("-").map(Number);
	return `${year}年${month}月${date}日`;
}

export function moment(at) {
	if (!at) return "—";
	return new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
}

export function daysBetween(from, to) {
	return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}
