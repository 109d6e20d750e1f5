//! The tables as the migrations make them. `tests/schema_file.rs` compares this file with the catalogue.

diesel::table! {
    aggregation_run_months (organization_id, scheduled_for, billing_mode, month) {
        organization_id -> Uuid,
        scheduled_for -> Timestamptz,
        billing_mode -> Text,
        month -> Date,
        finished_at -> Nullable<Timestamptz>,
        changed -> Nullable<Bool>,
        revision -> Nullable<Int4>,
    }
}

diesel::table! {
    aggregation_runs (scheduled_for) {
        scheduled_for -> Timestamptz,
        started_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    api_keys (organization_id, id) {
        organization_id -> Uuid,
        id -> Uuid,
        name -> Text,
        token_sha256 -> Binary,
        role -> Text,
        rights -> Array<Text>,
        created_by -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        last_used_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    audit_entries (organization_id, id) {
        organization_id -> Uuid,
        id -> Uuid,
        at -> Timestamptz,
        actor -> Text,
        actor_organization_id -> Nullable<Uuid>,
        address -> Nullable<Text>,
        address_salt -> Nullable<Uuid>,
        request_id -> Nullable<Uuid>,
        action -> Text,
        object_kind -> Text,
        object_id -> Text,
        before -> Nullable<Jsonb>,
        after -> Nullable<Jsonb>,
    }
}

diesel::table! {
    audit_pending (organization_id, entry_id) {
        organization_id -> Uuid,
        entry_id -> Uuid,
    }
}

diesel::table! {
    audit_seals (organization_id, sequence) {
        organization_id -> Uuid,
        sequence -> Int8,
        entry_id -> Uuid,
        hash -> Binary,
    }
}

diesel::table! {
    collections (organization_id, upload_id, ordinal) {
        organization_id -> Uuid,
        upload_id -> Uuid,
        ordinal -> Int4,
        meter_id -> Uuid,
        product_id -> Uuid,
        kind -> Text,
        from_at -> Timestamptz,
        to_at -> Timestamptz,
        records -> Int8,
        sha256 -> Binary,
        received_at -> Timestamptz,
        verified -> Bool,
        path -> Text,
        entry_offset -> Int8,
        stored_bytes -> Int8,
        inflated_bytes -> Int8,
        method -> Int2,
        crc32 -> Int8,
    }
}

diesel::table! {
    contracts (organization_id, number) {
        organization_id -> Uuid,
        number -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    dead_letters (organization_id, id) {
        organization_id -> Uuid,
        id -> Uuid,
        queue -> Text,
        key -> Text,
        message -> Nullable<Jsonb>,
        raw -> Nullable<Binary>,
        reason -> Text,
        attempts -> Int4,
        first_failed_at -> Timestamptz,
        last_failed_at -> Timestamptz,
        state -> Text,
        ended_at -> Nullable<Timestamptz>,
        ended_by -> Nullable<Text>,
        ended_reason -> Nullable<Text>,
    }
}

diesel::table! {
    external_identities (organization_id, user_id, issuer) {
        organization_id -> Uuid,
        user_id -> Uuid,
        issuer -> Text,
        subject -> Text,
        linked_at -> Timestamptz,
    }
}

diesel::table! {
    idempotency_keys (organization_id, operation, key) {
        organization_id -> Uuid,
        operation -> Text,
        key -> Text,
        body_sha256 -> Binary,
        status -> Int2,
        answer -> Jsonb,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    log_in_addresses (email_sha256, address) {
        email_sha256 -> Binary,
        address -> Text,
        last_at -> Timestamptz,
    }
}

diesel::table! {
    log_in_failures (email_sha256, address) {
        email_sha256 -> Binary,
        address -> Text,
        failures -> Int4,
        last_at -> Timestamptz,
    }
}

diesel::table! {
    meter_settings (organization_id, meter_id, effective_from, id) {
        organization_id -> Uuid,
        meter_id -> Uuid,
        effective_from -> Date,
        billing_mode -> Text,
        contract_number -> Text,
        site_id -> Nullable<Uuid>,
        recorded_at -> Timestamptz,
        id -> Uuid,
        recorded_by -> Nullable<Text>,
    }
}

diesel::table! {
    meter_tokens (organization_id, meter_id, id) {
        organization_id -> Uuid,
        meter_id -> Uuid,
        id -> Uuid,
        token_sha256 -> Binary,
        created_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    meters (organization_id, id) {
        organization_id -> Uuid,
        id -> Uuid,
        name -> Text,
        connectivity -> Text,
        public_key -> Nullable<Binary>,
        registered_at -> Timestamptz,
        deregistered_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    notices (organization_id, id) {
        organization_id -> Uuid,
        id -> Uuid,
        at -> Timestamptz,
        kind -> Text,
        meter_id -> Uuid,
    }
}

diesel::table! {
    order_history (organization_id, order_id, id) {
        organization_id -> Uuid,
        order_id -> Uuid,
        id -> Uuid,
        at -> Timestamptz,
        event -> Text,
        revision -> Nullable<Int4>,
    }
}

diesel::table! {
    order_lines (organization_id, order_id, id) {
        organization_id -> Uuid,
        order_id -> Uuid,
        id -> Uuid,
        position -> Int4,
        code -> Text,
        metered_quantity -> Int8,
        quantity -> Int8,
        reason -> Nullable<Text>,
        points_per_unit -> Nullable<Numeric>,
        points -> Nullable<Numeric>,
    }
}

diesel::table! {
    orders (organization_id, id) {
        organization_id -> Uuid,
        id -> Uuid,
        contract_number -> Text,
        month -> Date,
        status -> Text,
        revision -> Int4,
        purchase_order -> Nullable<Text>,
    }
}

diesel::table! {
    organizations (id) {
        id -> Uuid,
        kind -> Text,
        parent_id -> Nullable<Uuid>,
        name -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    outbox (id) {
        id -> Int8,
        organization_id -> Uuid,
        queue -> Text,
        body -> Jsonb,
        created_at -> Timestamptz,
        leased_until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    partner_settings (organization_id) {
        organization_id -> Uuid,
        require_signatures -> Bool,
    }
}

diesel::table! {
    password_links (organization_id, user_id) {
        organization_id -> Uuid,
        user_id -> Uuid,
        token_sha256 -> Binary,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    product_vcenters (organization_id, product_id, vcenter_id) {
        organization_id -> Uuid,
        product_id -> Uuid,
        vcenter_id -> Uuid,
    }
}

diesel::table! {
    products (organization_id, id) {
        organization_id -> Uuid,
        id -> Uuid,
        kind -> Text,
    }
}

diesel::table! {
    refresh_tokens (organization_id, token_sha256) {
        organization_id -> Uuid,
        token_sha256 -> Binary,
        user_id -> Uuid,
        family_id -> Uuid,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    report_causes (organization_id, billing_mode, month, id) {
        organization_id -> Uuid,
        billing_mode -> Text,
        month -> Date,
        id -> Uuid,
        cause -> Text,
    }
}

diesel::table! {
    report_lines (organization_id, billing_mode, month, revision, contract_number, site_id, code) {
        organization_id -> Uuid,
        billing_mode -> Text,
        month -> Date,
        revision -> Int4,
        contract_number -> Text,
        position -> Int4,
        code -> Text,
        amount -> Numeric,
        quantity -> Int8,
        exact -> Numeric,
        points_per_unit -> Nullable<Numeric>,
        points -> Nullable<Numeric>,
        site_id -> Uuid,
    }
}

diesel::table! {
    report_revisions (organization_id, billing_mode, month, revision) {
        organization_id -> Uuid,
        billing_mode -> Text,
        month -> Date,
        revision -> Int4,
        status -> Text,
        generated_at -> Timestamptz,
        cause -> Text,
    }
}

diesel::table! {
    report_units (organization_id, billing_mode, month, revision, vcenter_id) {
        organization_id -> Uuid,
        billing_mode -> Text,
        month -> Date,
        revision -> Int4,
        vcenter_id -> Uuid,
        version -> Int4,
    }
}

diesel::table! {
    resumable_uploads (organization_id, id) {
        organization_id -> Uuid,
        id -> Uuid,
        created_by -> Text,
        meter_id -> Nullable<Uuid>,
        metadata -> Text,
        length_bytes -> Int8,
        offset_bytes -> Int8,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        received_at -> Nullable<Timestamptz>,
        sha256 -> Nullable<Binary>,
        status -> Nullable<Int2>,
        upload_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    service_clock (id) {
        id -> Bool,
        offset_ms -> Int8,
    }
}

diesel::table! {
    sign_in_flows (flow_sha256) {
        flow_sha256 -> Binary,
        state_sha256 -> Binary,
        nonce_sha256 -> Binary,
        verifier -> Text,
        redirect_uri -> Text,
        address -> Text,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    sites (organization_id, id) {
        organization_id -> Uuid,
        id -> Uuid,
        contract_number -> Text,
        name -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    unit_checkpoints (organization_id, billing_mode, vcenter_id, month, at) {
        organization_id -> Uuid,
        billing_mode -> Text,
        vcenter_id -> Uuid,
        month -> Date,
        at -> Timestamptz,
        evidence -> Binary,
        state -> Binary,
    }
}

diesel::table! {
    unit_totals (organization_id, billing_mode, vcenter_id, month, version, meter_id, code) {
        organization_id -> Uuid,
        billing_mode -> Text,
        vcenter_id -> Uuid,
        month -> Date,
        version -> Int4,
        meter_id -> Uuid,
        code -> Text,
        amount -> Numeric,
    }
}

diesel::table! {
    unit_verifications (organization_id, billing_mode, vcenter_id, month) {
        organization_id -> Uuid,
        billing_mode -> Text,
        vcenter_id -> Uuid,
        month -> Date,
        version -> Int4,
        slot -> Timestamptz,
        verified_at -> Timestamptz,
        differences -> Int8,
        findings -> Jsonb,
    }
}

diesel::table! {
    unit_versions (organization_id, billing_mode, vcenter_id, month, version) {
        organization_id -> Uuid,
        billing_mode -> Text,
        vcenter_id -> Uuid,
        month -> Date,
        version -> Int4,
        horizon -> Timestamptz,
        first_evidence_at -> Timestamptz,
        covered -> Jsonb,
        row_count -> Int8,
        made_at -> Timestamptz,
    }
}

diesel::table! {
    units (organization_id, billing_mode, vcenter_id, month) {
        organization_id -> Uuid,
        billing_mode -> Text,
        vcenter_id -> Uuid,
        month -> Date,
        wanted -> Int8,
        done -> Int8,
        composed -> Int8,
        version -> Int4,
        failed -> Bool,
        listed -> Bool,
    }
}

diesel::table! {
    upload_states (organization_id, upload_id) {
        organization_id -> Uuid,
        upload_id -> Uuid,
        status -> Text,
        processed_at -> Nullable<Timestamptz>,
        errors -> Jsonb,
    }
}

diesel::table! {
    upload_units (organization_id, upload_id, billing_mode, vcenter_id, month) {
        organization_id -> Uuid,
        upload_id -> Uuid,
        billing_mode -> Text,
        vcenter_id -> Uuid,
        month -> Date,
        wanted -> Int8,
    }
}

diesel::table! {
    uploads (organization_id, id) {
        organization_id -> Uuid,
        id -> Uuid,
        sha256 -> Binary,
        size_bytes -> Int8,
        received_at -> Timestamptz,
        uploaded_by -> Text,
        meter_id -> Nullable<Uuid>,
        month -> Nullable<Date>,
        partial -> Nullable<Bool>,
        meter_version -> Nullable<Text>,
        signature -> Nullable<Text>,
    }
}

diesel::table! {
    users (organization_id, id) {
        organization_id -> Uuid,
        id -> Uuid,
        email -> Text,
        role -> Text,
        password_hash -> Nullable<Text>,
        created_at -> Timestamptz,
        disabled_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    vm_history (organization_id, month, billing_mode, vcenter_id, vm_id, begin_at, since) {
        organization_id -> Uuid,
        month -> Date,
        billing_mode -> Text,
        vcenter_id -> Uuid,
        vm_id -> Uuid,
        begin_at -> Timestamptz,
        since -> Int4,
        until -> Nullable<Int4>,
        end_at -> Nullable<Timestamptz>,
        mb_hours -> Nullable<Numeric>,
        meter_id -> Uuid,
        moid -> Text,
        vm_name -> Text,
        guest_os -> Text,
        host_id -> Text,
        host_name -> Nullable<Text>,
        cluster_id -> Nullable<Text>,
        org -> Nullable<Text>,
        license -> Text,
        license_key -> Nullable<Text>,
        vcpus -> Int8,
        memory_mb -> Int8,
        reserved_mb -> Int8,
        billed_mb -> Numeric,
        features -> Array<Text>,
        reported -> Bool,
        digest -> Binary,
    }
}

diesel::table! {
    work_attempts (organization_id, queue, key) {
        organization_id -> Uuid,
        queue -> Text,
        key -> Text,
        attempts -> Int4,
        last_error -> Nullable<Text>,
        last_at -> Timestamptz,
        begun -> Int4,
        hindered -> Int4,
        first_at -> Timestamptz,
    }
}

diesel::joinable!(aggregation_run_months -> aggregation_runs (scheduled_for));

diesel::allow_tables_to_appear_in_same_query!(
    aggregation_run_months,
    aggregation_runs,
    api_keys,
    audit_entries,
    audit_pending,
    audit_seals,
    collections,
    contracts,
    dead_letters,
    external_identities,
    idempotency_keys,
    log_in_addresses,
    log_in_failures,
    meter_settings,
    meter_tokens,
    meters,
    notices,
    order_history,
    order_lines,
    orders,
    organizations,
    outbox,
    partner_settings,
    password_links,
    product_vcenters,
    products,
    refresh_tokens,
    report_causes,
    report_lines,
    report_revisions,
    report_units,
    service_clock,
    sign_in_flows,
    sites,
    unit_checkpoints,
    unit_totals,
    unit_verifications,
    unit_versions,
    units,
    upload_states,
    upload_units,
    uploads,
    users,
    vm_history,
    work_attempts,
);
