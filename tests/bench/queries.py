"""The SQL that the bare parts run: the same reads and rows as the services'."""

READ_A_TRAINEE = """
    SELECT t.id, t.name, t.id_type, t.id_number_masked, t.sex, t.birth_on, t.phone_masked, t.region_code, t.education, t.employer_id, t.bank_account_masked,
           t.retirement_track, t.external_refs, t.registered_at, t.version, t.merged_into,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('code', c.code, 'since_on', c.since_on, 'until_on', c.until_on, 'proof', c.proof)
                                      ORDER BY c.since_on, c.code), '[]')
            FROM trainee_categories c WHERE c.trainee_id = t.id) AS categories
    FROM trainees t WHERE t.id = $1
"""

CLAIM_TABLES = {
    "claims": "id = $1",
    "claim_lines": "claim_id = $1",
    "entitlements": "claim_id = $1",
    "claim_decisions": "claim_id = $1",
    "audit": "subject = $1",
    "changes": "subject = $1",
}
"""What a submitted claim leaves in the database, and how its rows are found."""

BATCH_TABLES = {
    "placement_updates": "received_at = $1",
    "placements": "id IN (SELECT placement_id FROM placement_updates WHERE received_at = $1)",
    "audit": "at = $1",
    "changes": "at = $1",
}
"""What a batch of placement updates leaves in the database, found by the moment of the batch: the facts, the placements brought up to date, trail, feed."""

ISSUE_TABLES = {
    "certificates": "assessment_id = $1",
    "audit": "subject IN (SELECT id FROM certificates WHERE assessment_id = $1)",
    "changes": "subject IN (SELECT id FROM certificates WHERE assessment_id = $1)",
}
"""What issuing a batch leaves in the database beside the batch's own row."""

READ_CERTIFICATES = """
    SELECT id, trainee_id, kind, number, occupation_code, level, issued_on, issuer, revoked_on, filing_id, assessment_id, class_id, exam_held_on
    FROM certificates WHERE trainee_id = ANY($1) ORDER BY issued_on DESC, id DESC
"""
