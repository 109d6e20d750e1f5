//! Dead letters: messages that were given up, with the reason, for the operator and the service desk.

mod discard;
mod end;
mod read;
mod replay;
mod shown;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::end::{Ending, discard, replay};
pub use self::shown::DeadLetter;

/// Adds the endpoints.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(read::list_dead_letters)
        .service(read::get_dead_letter)
        .service(replay::replay_dead_letter)
        .service(discard::drop_dead_letter);
}
