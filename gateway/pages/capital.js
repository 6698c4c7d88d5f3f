// A sum in capitals (大写), as vouchers bear it: 人民币肆仟贰佰元整.

const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const PLACES = ["", "拾", "佰", "仟"];
const GROUPS = ["", "万", "亿", "万亿"];

/** Of a decimal string with two places, `"4200.00"`. */
export function capital(amount) {
	const [whole, cents] = amount.replace("-", "").split(".");
	const yuan = inGroups(whole);
	const [jiao, fen] = cents;
	const parts = [yuan && `${yuan}元`];
	if (cents === "00") parts.push(yuan ? "整" : "零元整");
	else {
		if (jiao !== "0") parts.push(`${DIGITS[jiao]}角`);
		else if (yuan) parts.push("零");
		parts.push(fen !== "0" ? `${DIGITS[fen]}分` : "整");
	}
	return `人民币${amount.startsWith("-") ? "负" : ""}${parts.join("")}`;
}

/** Groups of four digits; a gap between what is not zero is one 零. */
function inGroups(whole) {
	const padded = whole.padStart(Math.ceil(whole.length / 4) * 4, "0");
	let said = "";
	let gap = false;
	for (let at = 0; at < padded.length; at++) {
		const place = padded.length - 1 - at;
		if (padded[at] === "0") gap = said !== "";
		else {
			said += `${gap ? "零" : ""}${DIGITS[padded[at]]}${PLACES[place % 4]}`;
			gap = false;
		}
		const group = padded.slice(at - 3, at + 1);
		if (place % 4 === 0 && group !== "0000") said += GROUPS[place / 4];
	}
	return said;
}

/** The sum of such strings: cents as whole numbers, so that nothing is rounded. */
export function sum(amounts) {
	const cents = amounts.reduce((all, each) => all + BigInt(each.replace(".", "")), 0n);
	const text = String(cents).padStart(3, "0");
	return `${text.slice(0, -2)}.${text.slice(-2)}`;
}
