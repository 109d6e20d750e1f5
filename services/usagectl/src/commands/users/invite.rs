//! `usagectl users invite`.

use serde_json::{Value, json};
use uuid::Uuid;

use super::role::Role;
use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::{self, Out, clean, field};

/// Options of `users invite`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The user's e-mail address
    #[arg(long)]
    email: String,
    /// What they may do
    #[arg(long)]
    role: Role,
    /// The organization whose user it is; by default your own
    #[arg(long, value_name = "UUID")]
    organization: Option<Uuid>,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

/// Adds the user.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let mut body = json!({ "email": args.email, "role": args.role.as_str() });
    if let Some(organization) = args.organization {
        body["organization_id"] = json!(organization);
    }
    let call = Call::post("/v1/users", body).header("idempotency-key", Uuid::new_v4().to_string());
    let user: Value = args.connection.client()?.json(&call)?;
    if args.format.json {
        return print::json(out, &user);
    }
    let text = |path| clean(&field::text(&user, path));
    writeln!(out, "{} is a user now, {}", text("email"), text("role"))?;
    writeln!(out, "the link by which they set a password, once, shown this once:")?;
    writeln!(out, "{}", text("one_time_link"))?;
    Ok(())
}
