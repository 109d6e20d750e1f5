//! Claims of other products on a VM: each (product, feature) is an object of its own (metering.md §2).

use crate::features::FeatureSet;
use crate::record::Feature;
use crate::symbols::Symbol;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The claims in use on one VM, known or not.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Claims(Vec<Claim>);

#[derive(Clone, Serialize, Deserialize)]
struct Claim {
    product: Uuid,
    feature: Feature,
    org: Option<Symbol>,
    /// Counted anew in every metering.
    #[serde(skip)]
    census: u32,
}

impl Claims {
    /// States a claim, as of the product's latest census. Returns whether the VM may look different now.
    pub fn state(
        &mut self,
        product: Uuid,
        feature: Feature,
        in_use: bool,
        org: Option<Symbol>,
        census: u32,
    ) -> bool {
        let found = self.0.iter_mut().find(|claim| claim.product == product && claim.feature == feature);
        match (found, in_use) {
            (Some(claim), true) => {
                claim.census = census;
                std::mem::replace(&mut claim.org, org) != org
            }
            (Some(_), false) => {
                self.0.retain(|claim| claim.product != product || claim.feature != feature);
                true
            }
            (None, true) => {
                self.0.push(Claim { product, feature, org, census });
                true
            }
            (None, false) => false,
        }
    }

    /// Drops the product's claims that its census did not list. Returns whether there were any.
    pub fn sweep(&mut self, product: Uuid, census: u32) -> bool {
        let before = self.0.len();
        self.0.retain(|claim| claim.product != product || claim.census == census);
        self.0.len() != before
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The orgs that claims name, to be kept.
    pub fn orgs(&mut self) -> impl Iterator<Item = &mut Symbol> {
        self.0.iter_mut().filter_map(|claim| claim.org.as_mut())
    }

    /// All features in use.
    pub fn features(&self) -> FeatureSet {
        self.0.iter().map(|claim| claim.feature).collect()
    }

    /// The org of the `vcd` claim; of several that name one, that of the smallest product id.
    pub fn org(&self) -> Option<Symbol> {
        let naming = self.0.iter().filter(|claim| claim.feature == Feature::Vcd && claim.org.is_some());
        naming.min_by_key(|claim| claim.product).and_then(|claim| claim.org)
    }
}
