//! Who asks comes before what is asked: what is wrong with a request is told to those who may make it.
//!
//! The framework runs the extractors of a handler side by side and answers with the first error. One that looks into
//! the database would come last, so that the others wait for its decision.

use actix_web::{HttpMessage, HttpRequest};
use tokio::sync::watch::{self, Receiver, Sender};

/// Changes when it is known whether the caller may make this request.
#[derive(Clone)]
struct Decision(Receiver<()>);

/// Announces a decision about this request; dropping the sender says that it is made.
pub(super) fn announce(request: &HttpRequest) -> Sender<()> {
    let (sender, receiver) = watch::channel(());
    request.extensions_mut().insert(Decision(receiver));
    sender
}

/// For extractors: waits until it is known whether the caller may make this request; at once where anybody may.
pub async fn decided(request: &HttpRequest) {
    let decision = request.extensions().get::<Decision>().cloned();
    if let Some(Decision(mut receiver)) = decision {
        // An error means that the sender is gone, which is what we wait for.
        let _ = receiver.changed().await;
    }
}
