"""The service as a whole: its document, its codes, its policy hash."""

from tests.conftest import Service

PATHS = {
    "/v1/orders",
    "/v1/orders/{order_id}",
    "/v1/orders/{order_id}:close",
    "/v1/placements",
    "/v1/placements:lookup",
    "/v1/placements/{placement_id}",
    "/v1/placements/{placement_id}/updates",
    "/v1/placements/{placement_id}/retention",
    "/v1/placements/{placement_id}/chain",
    "/v1/placement-updates:batch",
    "/v1/placement-updates:reconcile",
    "/v1/placement-receipts/key",
    "/v1/placement-imports",
    "/v1/placement-imports/{import_id}",
    "/v1/placement-imports/{import_id}/result.xlsx",
    "/v1/statistics/placements",
}


async def test_every_path_is_in_the_document(eastwest: Service) -> None:
    document = (await eastwest.as_("public").get("/openapi.json")).json()
    assert {path.replace(":uuid}", "}") for path in document["paths"]} >= PATHS


async def test_codes_have_labels_in_both_languages_and_the_terms_a_hash(eastwest: Service) -> None:
    public = eastwest.as_("public")
    lists = (await public.get("/v1/codes")).json()
    assert {"code": "met", "label": "已满三个月", "label_en": "Met"} in lists["retention_verdict"]
    assert all(set(entry) == {"code", "label", "label_en"} for entries in lists.values() for entry in entries)
    assert len((await public.get("/version")).json()["policy_hash"]) == 64


async def test_every_gate_and_row_code_is_in_the_catalogue(eastwest: Service) -> None:
    known = {each["code"] for each in (await eastwest.as_("public").get("/v1/problems")).json()["items"]}
    assert known >= {
        "order_after_class",
        "standard_after_exam",
        "certificate_after_start",
        "certificate_missing",
        "external_ref_reused",
        "duplicate_order",
        "duplicate_placement",
        "not_on_order",
        "invalid_id_number",
        "id_number_rounded",
        "duplicate_row",
        "invalid_date",
        "unreadable_file",
        "file_too_large",
        "unknown_sheet_layout",
    }
