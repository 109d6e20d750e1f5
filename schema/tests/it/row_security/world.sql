-- A row of every table with tenant data for the organization $org, whose ids are made of $n.
INSERT INTO users (organization_id, id, email, role, password_hash, created_at)
VALUES ('$org', '$n-0000-4000-8000-000000000001', 'user@$n.test', 'partner-admin', 'hash', '2026-10-01Z');
INSERT INTO external_identities (organization_id, user_id, issuer, subject, linked_at)
VALUES ('$org', '$n-0000-4000-8000-000000000001', 'https://login.test', '$n', '2026-10-01Z');
INSERT INTO refresh_tokens (organization_id, token_sha256, user_id, family_id, expires_at)
VALUES ('$org', decode('$n', 'hex'), '$n-0000-4000-8000-000000000001', '$n-0000-4000-8000-000000000002', '2026-10-01Z');
INSERT INTO password_links (organization_id, user_id, token_sha256, expires_at)
VALUES ('$org', '$n-0000-4000-8000-000000000001', decode('$n', 'hex'), '2026-10-01Z');
INSERT INTO api_keys (organization_id, id, name, token_sha256, role, rights, created_by, created_at, expires_at)
VALUES ('$org', '$n-0000-4000-8000-000000000010', 'key', decode('$n', 'hex'), 'partner-admin', '{read}', 'user:x',
        '2026-10-01Z', '2026-11-01Z');
INSERT INTO contracts (organization_id, number, created_at) VALUES ('$org', 'W', '2026-10-01Z');
INSERT INTO sites (organization_id, id, contract_number, name, created_at)
VALUES ('$org', '$n-0000-4000-8000-000000000003', 'W', 'ams', '2026-10-01Z');
INSERT INTO meters (organization_id, id, name, connectivity, registered_at)
VALUES ('$org', '$n-0000-4000-8000-000000000004', 'meter', 'online', '2026-10-01Z');
INSERT INTO meter_tokens (organization_id, meter_id, id, token_sha256, created_at)
VALUES ('$org', '$n-0000-4000-8000-000000000004', '$n-0000-4000-8000-00000000000c', decode('$n', 'hex'), '2026-10-01Z');
INSERT INTO meter_settings (organization_id, meter_id, effective_from, id, billing_mode, contract_number, recorded_at)
VALUES ('$org', '$n-0000-4000-8000-000000000004', '0001-01-01', '$n-0000-4000-8000-00000000000d', 'production', 'W',
        '2026-10-01Z');
INSERT INTO notices (organization_id, id, at, kind, meter_id)
VALUES ('$org', '$n-0000-4000-8000-00000000000e', '2026-10-01Z', 'meter-registered-offline',
        '$n-0000-4000-8000-000000000004');
INSERT INTO partner_settings (organization_id, require_signatures) VALUES ('$org', false);
INSERT INTO uploads (organization_id, id, sha256, size_bytes, received_at, uploaded_by)
VALUES ('$org', '$n-0000-4000-8000-000000000005', decode(repeat('00', 32), 'hex'), 1, '2026-10-01Z', 'user:x');
INSERT INTO upload_states (organization_id, upload_id, status)
VALUES ('$org', '$n-0000-4000-8000-000000000005', 'received');
INSERT INTO resumable_uploads (organization_id, id, created_by, length_bytes, created_at, expires_at)
VALUES ('$org', '$n-0000-4000-8000-000000000011', 'user:x', 1, '2026-10-01Z', '2026-10-02Z');
INSERT INTO products (organization_id, id, kind) VALUES ('$org', '$n-0000-4000-8000-000000000006', 'vcenter');
INSERT INTO product_vcenters (organization_id, product_id, vcenter_id)
VALUES ('$org', '$n-0000-4000-8000-000000000006', '$n-0000-4000-8000-000000000006');
INSERT INTO collections (organization_id, upload_id, ordinal, meter_id, product_id, kind, from_at, to_at, records, sha256,
                         received_at, verified, path, entry_offset, stored_bytes, inflated_bytes, method, crc32)
VALUES ('$org', '$n-0000-4000-8000-000000000005', 0, '$n-0000-4000-8000-000000000004',
        '$n-0000-4000-8000-000000000006', 'events', '2026-10-01Z', '2026-10-01 01:00Z', 1,
        decode(repeat('00', 32), 'hex'), '2026-10-01Z', true, 'path', 0, 1, 1, 8, 0);
INSERT INTO units (organization_id, billing_mode, vcenter_id, month)
VALUES ('$org', 'production', '$n-0000-4000-8000-000000000006', '2026-10-01');
INSERT INTO upload_units (organization_id, upload_id, billing_mode, vcenter_id, month, wanted)
VALUES ('$org', '$n-0000-4000-8000-000000000005', 'production', '$n-0000-4000-8000-000000000006', '2026-10-01', 1);
INSERT INTO unit_versions (organization_id, billing_mode, vcenter_id, month, version, horizon, first_evidence_at,
                           covered, row_count, made_at)
VALUES ('$org', 'production', '$n-0000-4000-8000-000000000006', '2026-10-01', 1, '2026-10-02Z', '2026-10-01Z', '[]', 0,
        '2026-10-02Z');
INSERT INTO unit_totals (organization_id, billing_mode, vcenter_id, month, version, meter_id, code, amount)
VALUES ('$org', 'production', '$n-0000-4000-8000-000000000006', '2026-10-01', 1,
        '$n-0000-4000-8000-000000000004', 'flex-core', 1);
INSERT INTO unit_verifications (organization_id, billing_mode, vcenter_id, month, version, slot, verified_at, differences,
                                findings)
VALUES ('$org', 'production', '$n-0000-4000-8000-000000000006', '2026-10-01', 1, '2026-10-02Z', '2026-10-02Z', 0, '[]');
INSERT INTO vm_history (organization_id, month, billing_mode, vcenter_id, vm_id, begin_at, since, meter_id, moid, vm_name,
                        guest_os, host_id, license, vcpus, memory_mb, reserved_mb, billed_mb, features, reported, digest)
VALUES ('$org', '2026-10-01', 'production', '$n-0000-4000-8000-000000000006', '$n-0000-4000-8000-000000000007',
        '2026-10-01Z', 1, '$n-0000-4000-8000-000000000004', 'vm-1', 'vm', 'os', 'host-1', 'rental', 1, 1, 0, 1, '{}',
        true, '');
INSERT INTO unit_checkpoints (organization_id, billing_mode, vcenter_id, month, at, evidence, state)
VALUES ('$org', 'production', '$n-0000-4000-8000-000000000006', '2026-10-01', '2026-10-02Z', decode(repeat('00', 32), 'hex'), '');
INSERT INTO report_revisions (organization_id, billing_mode, month, revision, status, generated_at, cause)
VALUES ('$org', 'production', '2026-10-01', 1, 'provisional', '2026-10-02Z', 'schedule');
INSERT INTO report_units (organization_id, billing_mode, month, revision, vcenter_id, version)
VALUES ('$org', 'production', '2026-10-01', 1, '$n-0000-4000-8000-000000000006', 1);
INSERT INTO report_lines (organization_id, billing_mode, month, revision, contract_number, site_id, position, code,
                          amount, quantity, exact)
VALUES ('$org', 'production', '2026-10-01', 1, '', '00000000-0000-0000-0000-000000000000', 0, 'flex-core', 1, 1, 1);
INSERT INTO report_causes (organization_id, billing_mode, month, id, cause)
VALUES ('$org', 'production', '2026-10-01', '$n-0000-4000-8000-00000000000f', 'registration:x');
INSERT INTO orders (organization_id, id, contract_number, month, status, revision)
VALUES ('$org', '$n-0000-4000-8000-000000000008', 'W', '2026-10-01', 'not-open', 1);
INSERT INTO order_lines (organization_id, order_id, id, position, code, metered_quantity, quantity)
VALUES ('$org', '$n-0000-4000-8000-000000000008', '$n-0000-4000-8000-000000000009', 0, 'flex-core', 1, 1);
INSERT INTO order_history (organization_id, order_id, id, at, event)
VALUES ('$org', '$n-0000-4000-8000-000000000008', '$n-0000-4000-8000-00000000000a', '2026-10-02Z', 'opened');
INSERT INTO aggregation_runs (scheduled_for, started_at) VALUES ('2026-10-02Z', '2026-10-02Z') ON CONFLICT DO NOTHING;
INSERT INTO aggregation_run_months (organization_id, scheduled_for, billing_mode, month)
VALUES ('$org', '2026-10-02Z', 'production', '2026-10-01');
INSERT INTO work_attempts (organization_id, queue, key, attempts, last_error, first_at, last_at)
VALUES ('$org', 'meter', 'key', 1, 'error', '2026-10-02Z', '2026-10-02Z');
INSERT INTO dead_letters (organization_id, id, queue, key, message, reason, attempts, first_failed_at, last_failed_at, state)
VALUES ('$org', '$n-0000-4000-8000-000000000011', 'meter', 'key', '{}', 'error', 5, '2026-10-02Z', '2026-10-02Z', 'open');
INSERT INTO idempotency_keys (organization_id, operation, key, body_sha256, status, answer, created_at)
VALUES ('$org', 'POST /v1/meters', 'key', '', 201, '{}', '2026-10-02Z');
INSERT INTO audit_entries (organization_id, id, at, actor, action, object_kind, object_id)
VALUES ('$org', '$n-0000-4000-8000-00000000000b', '2026-10-02Z', 'system:test', 'a.b', 'a', '1');
INSERT INTO audit_seals (organization_id, sequence, entry_id, hash)
VALUES ('$org', 1, '$n-0000-4000-8000-00000000000b', decode(repeat('00', 32), 'hex'));
