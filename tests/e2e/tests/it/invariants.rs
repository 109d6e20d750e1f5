//! What the code promises of itself and no compiler checks, held by looking at manifests and sources.

mod dependencies;
mod sources;
