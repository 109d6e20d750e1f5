//! The owner's functions: what has to be known before a tenant is, or over all of them. They give the least, and are
//! the only way past row-level security (docs/security.md names each).

use diesel::define_sql_function;
use diesel::sql_types::{Binary, Timestamptz};

define_sql_function!(fn organization_of_password_link(token_sha256: Binary) -> Nullable<Uuid>);
define_sql_function!(fn organization_of_refresh_token(token_sha256: Binary) -> Nullable<Uuid>);
define_sql_function!(fn pending_run_months(slot: Timestamptz) -> BigInt);
define_sql_function!(fn forget_run_months_after(instant: Timestamptz));
define_sql_function!(fn failed_units() -> BigInt);
define_sql_function!(fn operator_organization() -> Nullable<Uuid>);
