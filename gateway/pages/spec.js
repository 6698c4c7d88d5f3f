// The API's own words: what a path answers and asks for, what its members and codes are called. Of `/openapi.json`, one noun at a time, so that a paper, a
// step or a filter that comes to the API comes to these pages too.

const kept = new Map();

/** The part of the API document that a path belongs to. */
function about(path) {
	const noun = /^\/v1\/([a-z-]+)/.exec(path)?.[1] ?? "";
	if (!kept.has(noun)) kept.set(noun, fetch(`/openapi.json?noun=${noun}`).then((answer) => (answer.ok ? answer.json() : { paths: {}, components: { schemas: {} } })));
	return kept.get(noun);
}

/**
 * What `method` does at a path, or null: `{summary, does, roles, asks, answers, fits, takes, previews}`; `asks` and `answers` are schemas, `fits(record)` the one of several answers
 * that a record is, `takes` the parameters of a query, `does` what comes of it.
 */
export async function operation(method, path) {
	const said = await about(path);
	const plain = path.split("?")[0];
	const [, found] = Object.entries(said.paths).find(([template, methods]) => methods[method] && matches(template, plain)) ?? [];
	if (!found) return null;
	const { summary, description, requestBody, responses, parameters = [] } = found[method];
	const of = (content) => content?.["application/json"]?.schema;
	const answered = Object.entries(responses).map(([status, each]) => status < 300 && of(each.content)).find(Boolean);
	const takes = parameters.filter((each) => each.in === "query");
	return {
		summary: shortly(summary),
		does: description.split("\n")[0],
		roles: rolesOf(found[method]),
		asks: requestBody ? settled(of(requestBody.content), said) : null,
		answers: settled(answered, said),
		fits: (record) => (answered.anyOf ?? [answered]).map((each) => settled(each, said)).find(({ required }) => required.every((name) => name in record)),
		takes: takes.map((each) => ({ name: each.name, ...settled(each.schema, said), label: label(each) })),
		previews: takes.some((each) => each.name === "preview"),
	};
}

/** What can be read below a paper, `/v1/classes/…/sessions` or `.../roster`: `{path, summary, roles, file}` each; `file`: it is saved and not shown. */
export async function below(path) {
	const said = await about(path);
	return Object.entries(said.paths).flatMap(([template, { get }]) => {
		const [, above, last] = /^(.*\})([/:.][a-z.-]+)$/.exec(template) ?? [];
		if (!get || !above || !matches(above, path)) return [];
		const content = get.responses["200"]?.content ?? {};
		return [{ path: path + last, summary: shortly(get.summary), roles: rolesOf(get), file: !content["application/json"] }];
	});
}

const shortly = (summary) => summary.split(/[,:(;,:(;]/)[0].replace(/一[名家个条张项件份笔]..的/, "");
const rolesOf = ({ description }) => /可用角色:([^;。\n]+)/.exec(description)?.[1].split("、") ?? [];

function matches(template, path) {
	return new RegExp(`^${template.replace(/[.]/g, "\\.").replace(/\{\w+\}/g, "[^/:]+")}$`).test(path);
}

/** A schema with its references resolved as they are needed: `{type, format, pattern, codes, required, members(), items(), label}`. */
function settled(schema, said) {
	if (!schema) return null;
	let found = schema;
	for (let deeper; (deeper = inner(found, said)); found = { ...deeper, description: found.description ?? deeper.description });
	return {
		type: found.type,
		format: found.format,
		pattern: found.pattern,
		longest: found.maxLength,
		codes: found.enum ? codesOf(found.enum, found.called ?? "") : null,
		required: found.required ?? [],
		label: label(schema),
		otherwise: schema.anyOf?.length > 1 ? settled(schema.anyOf.filter((each) => each.type !== "null")[1], said) : null,
		members: () => Object.fromEntries(Object.entries(found.properties ?? {}).map(([name, each]) => [name, settled(each, said)])),
		items: () => settled(found.items, said),
	};
}

/** What a reference leads to, and what may be there where `null` may be as well. */
function inner(schema, said) {
	if (schema.$ref) {
		const named = said.components.schemas[schema.$ref.split("/").pop()] ?? {};
		return named.enum ? { ...named, called: named.description } : named;
	}
	return schema.anyOf?.find((each) => each.type !== "null") ?? schema.oneOf?.find((each) => each.$ref) ?? schema.oneOf?.[0];
}

/** A list of codes says what they are called: 代码:received 已收到、accepted 已受理. */
function codesOf(codes, called) {
	const said = Object.fromEntries(Array.from(called.matchAll(/([\w-]+) ([^、]+)/g), ([, code, word]) => [code, word]));
	return codes.map((code) => [code, said[code] ?? String(code)]);
}

/** The first words of a description: 状态的代码,见 … is 状态. */
function label({ description = "" }) {
	return description.replace(/^(代码,)?见 \/v1\S+/, "类别").split(/[。,;:(,;:(]/)[0].replace(/的?代码$/, "").replace(/的(编号|路径)$/, "");
}
