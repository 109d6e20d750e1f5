//! The table, as the migrations made it.

diesel::table! {
    rate_limits (key) {
        key -> Text,
        window_start -> Timestamptz,
        taken -> Int8,
    }
}
