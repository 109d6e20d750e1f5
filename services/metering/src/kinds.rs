//! A product keeps its kind from its first mention on (usage-data.md §4, `manifest-invalid`).

use crate::manifest::{Manifest, ProductKind};
use crate::refusal::{Code, Refusal, Refusals};
use uuid::Uuid;

/// Refuses a manifest that names a product under another kind than `known` says it had before.
pub fn keeps_kinds(manifest: &Manifest, known: impl Fn(Uuid) -> Option<ProductKind>) -> Result<(), Refusals> {
    let mut refusals = Refusals::new();
    for (index, product) in manifest.products.iter().enumerate() {
        if let Some(before) = known(product.id).filter(|before| *before != product.kind) {
            let message = format!(
                "product {} was of kind {before} in earlier files and is {} here",
                product.id, product.kind
            );
            let refusal = Refusal::new(Code::ManifestInvalid, message).at_path("manifest.json");
            refusals.push(refusal.at_field(format!("products[{index}].kind")));
        }
    }
    if refusals.is_empty() { Ok(()) } else { Err(refusals) }
}
