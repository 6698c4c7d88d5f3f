// A front end's program: the main journey by types that a generator made of our document, by its typed calls alone. `node consumer.js GATEWAY`.
// It plays in 2026, like the other consumer; both may walk on the same system only one at a time.
import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./document.js";

declare const process: { argv: string[] };
type Schemas = components["schemas"];
type Client = ReturnType<typeof createClient<paths>>;
type Answered<T> = { data?: T; error?: unknown; response: Response };

const gateway = process.argv[2]!;
const ELECTRICIAN = "6-31-01-03";
const PEOPLE = { 韦一鸣: "522601198706010913", 韦二妹: "522601198706020900", 韦三哥: "522601198706030914" };

function ensure(holds: unknown, said: unknown): asserts holds {
  if (!holds) throw new Error(typeof said === "string" ? said : JSON.stringify(said));
}

/** What was answered; a refusal ends the program. */
async function told<T>(asked: Promise<Answered<T>>): Promise<T> {
  const { data, error, response } = await asked;
  ensure(data !== undefined, { status: response.status, error });
  return data;
}

/** What was answered, and the version to change it by. */
async function versioned<T>(asked: Promise<Answered<T>>): Promise<{ data: T; version: string }> {
  const answer = await asked;
  return { data: await told(Promise.resolve(answer)), version: answer.response.headers.get("ETag") ?? "" };
}

const key = () => ({ "Idempotency-Key": crypto.randomUUID() });
const changing = (version: string) => ({ ...key(), "If-Match": version });

/** Who is signed in, on the day that a call plays on. */
async function signIn(client_id: string, client_secret: string): Promise<(day: string) => Client> {
  const body = { grant_type: "client_credentials" as const, client_id, client_secret };
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  const { access_token } = await told(createClient<paths>({ baseUrl: gateway }).POST("/oauth2/token", { body, headers }));
  return (day) => {
    const client = createClient<paths>({ baseUrl: gateway });
    const signed: Middleware = {
      onRequest({ request }) {
        request.headers.set("Authorization", `Bearer ${access_token}`);
        request.headers.set("X-Server-Date", `${day}T18:00:00+08:00`);
        return request;
      },
    };
    client.use(signed);
    return client;
  };
}

const [officer, reviewer, finance, admin, partner] = (await Promise.all(
  ["officer", "reviewer", "finance", "admin", "partner"].map((role) => signIn(`local-${role}`, `local-${role}`)),
)) as [(day: string) => Client, (day: string) => Client, (day: string) => Client, (day: string) => Client, (day: string) => Client];

async function institution(name: string, uscc: string, kind: Schemas["InstitutionKind"]) {
  const body = { name, uscc, kind, region_code: "522601001", phone: "13985500003", bank_account: "6222020000000000017" };
  const made = await told(officer("2026-02-10").POST("/v1/institutions", { body }));
  await told(
    officer("2026-02-10").POST("/v1/institutions/{institution_id}:designate", {
      params: { path: { institution_id: made.id } },
      body: { from_on: "2026-01-01", to_on: "2027-12-31" },
    }),
  );
  const account = await told(admin("2026-02-10").POST("/v1/clients", { body: { name, role: "institution", institution_id: made.id } }));
  ensure(account.client_secret, "the secret is shown once");
  return { id: made.id, client: await signIn(account.client_id, account.client_secret) };
}

// 1 - from the roster to the payment

const school = await institution("凯里市甘囊香职业技能培训学校", "52522601MJ0KL0117G", "private_school");
const proposed = await told(
  school.client("2026-03-20").POST("/v1/classes", {
    body: {
      name: "食用菌种植短期班",
      channel: "agricultural_short",
      trade_name: "食用菌种植",
      trade_filing_no: "黔东南州备〔2026〕3号",
      starts_on: "2026-04-08",
      ends_on: "2026-04-10",
      hours: 24,
      seats: 30,
      region_code: "522601100",
    },
  }),
);
const ofClass = { params: { path: { class_id: proposed.id } } };
await told(school.client("2026-03-20").POST("/v1/classes/{class_id}:submit", ofClass));
const approved = await told(officer("2026-03-24").POST("/v1/classes/{class_id}:approve", ofClass));
ensure(approved.allowed_actions.every((each) => each.allowed || each.why_not?.code), approved.allowed_actions);

const rows = Object.entries(PEOPLE).map(([name, number]) => `${name},${number},三棵树镇,13812340000,农村转移劳动者\n`);
const sheet = new Blob([`姓名,身份证号码,户籍所在乡镇,联系电话,人员类别\n${rows.join("")}`], { type: "text/csv" });
let job = await told(
  school.client("2026-04-01").POST("/v1/imports", {
    body: { kind: "roster", mode: "commit", class_id: proposed.id, file: "" }, // bytes have no type of their own in the generator's output
    bodySerializer: ({ kind, class_id }) => {
      const form = new FormData();
      form.append("kind", kind);
      form.append("class_id", class_id!);
      form.append("file", sheet, "花名册.csv");
      return form;
    },
  }),
);
while (job.status === "queued" || job.status === "running") {
  await new Promise((wait) => setTimeout(wait, 50));
  job = await told(school.client("2026-04-01").GET("/v1/imports/{import_id}", { params: { path: { import_id: job.id } } }));
}
ensure(job.summary?.created === 3 && job.errors.length === 0, job);

const enrolled = (await told(school.client("2026-04-01").GET("/v1/classes/{class_id}/enrolments", ofClass))).items;
const trainees = enrolled.map((each) => each.trainee_id);
await told(school.client("2026-04-08").POST("/v1/classes/{class_id}:start", ofClass));
const halves: Schemas["HalfDay"][] = ["am", "pm"];
const items = trainees.flatMap((trainee_id) =>
  ["2026-04-08", "2026-04-09", "2026-04-10"].flatMap((on) => halves.map((half_day) => ({ trainee_id, on, half_day, source: "paper" }))),
);
const kept = await told(
  school.client("2026-04-10").POST("/v1/classes/{class_id}/attendance:batch", { ...ofClass, body: { mode: "commit", atomic: "all", items } }),
);
ensure(kept.summary.created === items.length, kept);
const completed = await told(school.client("2026-04-11").POST("/v1/classes/{class_id}:complete", ofClass));
ensure(completed.status === "completed", completed);

const fund = await told(
  finance("2026-01-06").POST("/v1/funds", {
    params: { header: key() },
    body: { source: "employment_subsidy", year: 2026, total: "5000.00", name: "本程序的资金" },
  }),
);
let claim = await versioned(
  school.client("2026-04-14").POST("/v1/claims", {
    params: { header: key() },
    body: { kind: "training", scheme: "agricultural_short", applicant: { institution_id: school.id }, class_id: proposed.id, fund_id: fund.id },
  }),
);
ensure(claim.data.amount === "540.00" && claim.data.lines.every((line) => line.verdict === "eligible"), claim.data);
const ofClaim = () => ({ path: { claim_id: claim.data.id }, header: changing(claim.version) });
claim = await versioned(school.client("2026-04-14").POST("/v1/claims/{claim_id}:submit", { params: ofClaim() }));
claim = await versioned(officer("2026-04-15").POST("/v1/claims/{claim_id}:review", { params: ofClaim(), body: { comment: "材料齐全" } }));
claim = await versioned(reviewer("2026-04-16").POST("/v1/claims/{claim_id}:confirm", { params: ofClaim() }));
const early = await finance("2026-04-17").POST("/v1/claims/{claim_id}:approve", { params: ofClaim() });
ensure(early.error?.code === "notice_not_over" && !early.error.retryable, early.error);
const notices = await told(finance("2026-04-17").GET("/v1/notices", { params: { query: { claim_id: [claim.data.id] } } }));
const after = new Date(Date.parse(notices.items[0]!.until_on) + 86_400_000).toISOString().slice(0, 10);
await told(finance(after).POST("/v1/claims/{claim_id}:approve", { params: ofClaim() }));

let batch = await versioned(
  finance(after).POST("/v1/payment-batches", { params: { header: key() }, body: { fund_id: fund.id, claim_ids: [claim.data.id] } }),
);
const ofBatch = () => ({ path: { payment_batch_id: batch.data.id }, header: changing(batch.version) });
batch = await versioned(finance(after).POST("/v1/payment-batches/{payment_batch_id}:export", { params: ofBatch() }));
const results = batch.data.payments.map(({ id }) => ({ payment_id: id, result: "paid" as const, voucher_no: "V-2026-001", paid_on: after }));
await told(finance(after).POST("/v1/payment-batches/{payment_batch_id}:confirm", { params: ofBatch(), body: { results } }));
const paid = await told(finance(after).GET("/v1/claims/{claim_id}", { params: { path: { claim_id: claim.data.id } } }));
ensure(paid.status === "paid", paid.status);

// 2 - from the filing to the certificate

const assessors = await institution("黔东南州清江技能评价中心", "91522601000402034U", "assessment_organisation");
let filing = await versioned(
  assessors.client("2026-03-03").POST("/v1/filings", {
    body: {
      scope: [{ occupation_code: ELECTRICIAN, levels: ["junior"] }],
      staff: {
        managers: [{ name: "石经办", card: "JB-101" }],
        assessors: [{ name: "吴考评", card: "KP-101" }],
        supervisors: [{ name: "龙督导", card: "DD-101" }],
      },
    },
  }),
);
const ofFiling = () => ({ path: { filing_id: filing.data.id }, header: { "If-Match": filing.version } });
filing = await versioned(assessors.client("2026-03-03").POST("/v1/filings/{filing_id}:submit", { params: ofFiling() }));
filing = await versioned(officer("2026-03-05").POST("/v1/filings/{filing_id}:check", { params: ofFiling() }));
await told(
  reviewer("2026-03-07").POST("/v1/filings/{filing_id}:accept", {
    params: ofFiling(),
    body: {
      valid_from_on: "2026-03-10",
      valid_until_on: "2029-03-09",
      granted: [{ occupation_code: ELECTRICIAN, level: "junior", decision: "granted" }],
    },
  }),
);
const assessment = await told(
  assessors.client("2026-05-11").POST("/v1/assessments", {
    body: {
      filing_id: filing.data.id,
      occupation_code: ELECTRICIAN,
      level: "junior",
      method: "modular",
      held_on: "2026-05-11",
      assessors: ["KP-101"],
      candidates: trainees,
    },
  }),
);
const ofAssessment = { params: { path: { assessment_id: assessment.id } } };
const marks = trainees.map((trainee_id) => ({ trainee_id, passed: true, score: 80.5 }));
await told(
  assessors.client("2026-05-11").POST("/v1/assessments/{assessment_id}/results:batch", {
    ...ofAssessment,
    body: { mode: "commit", atomic: "all", items: marks },
  }),
);
const seen = { supervisor: "DD-101", mode: "on_site" as const, report: "考场秩序良好,考评独立进行。" };
await told(assessors.client("2026-05-11").POST("/v1/assessments/{assessment_id}/supervision", { ...ofAssessment, body: seen }));
await told(assessors.client("2026-05-15").POST("/v1/assessments/{assessment_id}:lock", ofAssessment));
await told(assessors.client("2026-05-15").POST("/v1/assessments/{assessment_id}:issue", ofAssessment));
const issued = await told(officer("2026-05-16").GET("/v1/certificates", { params: { query: { assessment_id: [assessment.id] } } }));
const certificate = issued.items.find((each) => each.trainee_id === trainees[0]);
ensure(issued.items.length === 3 && certificate, issued);
const question = { number: certificate.number, name: enrolled[0]!.trainee_name ?? "", on: "2026-05-16" };
const verified = await told(createClient<paths>({ baseUrl: gateway }).POST("/v1/certificates:verify", { body: question }));
ensure(verified.valid && verified.kind === "skill_level", verified);

// 3 - from the order to the proof that they stayed

const order = await told(
  partner("2026-04-01").POST("/v1/orders", {
    body: {
      number: "FS-2026-0101",
      employer: { name: "佛山市南海区某机电有限公司", uscc: "9144060600040104X4", district_code: "440606" },
      occupation_code: ELECTRICIAN,
      posts: 10,
      ordered_on: "2026-04-01",
      standard: { certificate_kind: "skill_level", occupation_code: ELECTRICIAN, level: "junior", set_on: "2026-04-01", text: "持证上岗" },
    },
  }),
);
const placement = await told(
  partner("2026-05-20").POST("/v1/placements", {
    params: { header: key() },
    body: { order_id: order.id, trainee_id: trainees[0]!, certificate_id: certificate.id },
  }),
);
const months = [
  ["2026-05-31", "2026-06-29"],
  ["2026-06-30", "2026-07-30"],
  ["2026-07-31", "2026-08-30"],
] as const;
const facts: Schemas["UpdateItem"][] = [
  { placement_id: placement.id, external_ref: `${placement.id}-0`, kind: "started", effective_on: "2026-05-31" },
  ...months.map(([covers_from_on, covers_to_on], n) => ({
    placement_id: placement.id,
    external_ref: `${placement.id}-${n + 1}`,
    kind: "present" as const,
    effective_on: covers_to_on,
    evidence: [{ grade: "C" as const, covers_from_on, covers_to_on, ref: "盖章工资表" }],
  })),
];
for (const outcome of ["created", "unchanged"]) {
  const reported = await told(
    partner("2026-09-01").POST("/v1/placement-updates:batch", { params: { header: key() }, body: { mode: "commit", atomic: "all", items: facts } }),
  );
  ensure(reported.items.every((each) => each.outcome === outcome), reported);
}
const retention = await told(
  partner("2026-09-01").GET("/v1/placements/{placement_id}/retention", {
    params: { path: { placement_id: placement.id }, query: { as_of: "2026-08-31" } },
  }),
);
ensure(retention.verdict === "met" && retention.due_on === "2026-08-31", retention);
console.log("done");
