//! Users: added, changed and disabled by the admins of their organization, or by the operator.

mod change;
mod disable;
mod invitation;
mod invite;
mod link;
mod managed;
mod read;
mod shown;

use utoipa_actix_web::service_config::ServiceConfig;

/// Adds the endpoints.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(read::list_users)
        .service(invite::invite_user)
        .service(read::get_user)
        .service(change::change_user)
        .service(disable::disable_user)
        .service(link::make_password_link);
}
