//! Sets of features and the family rule (metering.md §3).

use crate::record::Feature;
use serde::{Deserialize, Serialize};

/// The features in use by a VM.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FeatureSet(u16);

/// The editions of one product, lowest first: a VM counts only under the highest that it uses.
const FAMILIES: [&[Feature]; 5] = [
    &[Feature::NsxProfessional, Feature::NsxAdvanced, Feature::NsxEnterprisePlus],
    &[Feature::AriaOperationsStandard, Feature::AriaOperationsAdvanced, Feature::AriaOperationsEnterprise],
    &[Feature::NetworkInsightAdvanced, Feature::NetworkInsightEnterprise],
    &[Feature::TanzuBasic, Feature::TanzuStandard],
    &[Feature::Srm],
];

impl FeatureSet {
    /// With `feature` in it.
    pub fn insert(&mut self, feature: Feature) {
        self.0 |= 1 << feature as u16;
    }

    /// Whether `feature` is in it.
    pub fn contains(self, feature: Feature) -> bool {
        self.0 & 1 << feature as u16 != 0
    }

    /// The features by family, lowest edition first.
    pub fn iter(self) -> impl Iterator<Item = Feature> {
        Feature::ALL.into_iter().filter(move |feature| self.contains(*feature))
    }

    /// The names, sorted as rows print them.
    pub fn names(self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.iter().map(Feature::as_str).collect();
        names.sort_unstable();
        names
    }

    /// Of each family the highest edition in use: what the VM counts under besides the bundle.
    #[must_use]
    pub fn highest_editions(self) -> Self {
        let mut highest = Self::default();
        for family in FAMILIES {
            if let Some(feature) = family.iter().rev().find(|feature| self.contains(**feature)) {
                highest.insert(*feature);
            }
        }
        highest
    }
}

impl FromIterator<Feature> for FeatureSet {
    fn from_iter<I: IntoIterator<Item = Feature>>(features: I) -> Self {
        let mut set = Self::default();
        features.into_iter().for_each(|feature| set.insert(feature));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_counts_once_under_its_highest_edition() {
        let used: FeatureSet =
            [Feature::NsxAdvanced, Feature::NsxProfessional, Feature::TanzuBasic, Feature::Vcd]
                .into_iter()
                .collect();
        let counted: Vec<_> = used.highest_editions().iter().map(Feature::as_str).collect();
        assert_eq!(counted, ["nsx-advanced", "tanzu-basic"]);
    }

    #[test]
    fn names_are_sorted_by_text() {
        let used: FeatureSet = [Feature::Vcd, Feature::Srm, Feature::NsxAdvanced].into_iter().collect();
        assert_eq!(used.names(), ["nsx-advanced", "srm", "vcd"]);
    }
}
