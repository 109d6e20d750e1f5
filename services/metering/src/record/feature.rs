//! The features that products other than vCenter state (usage-data.md §3).

use std::fmt;

use crate::manifest::ProductKind;
use serde::{Deserialize, Serialize};

/// A feature in use by a VM. Families lie together, each with its lowest edition first (metering.md §3), and
/// the numbers run from 0, so that `1 << feature as u16` makes a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Feature {
    /// Cloud Director.
    Vcd,
    /// NSX Professional.
    NsxProfessional,
    /// NSX Advanced.
    NsxAdvanced,
    /// NSX Enterprise Plus.
    NsxEnterprisePlus,
    /// Aria Operations Standard.
    AriaOperationsStandard,
    /// Aria Operations Advanced.
    AriaOperationsAdvanced,
    /// Aria Operations Enterprise.
    AriaOperationsEnterprise,
    /// Network Insight Advanced.
    NetworkInsightAdvanced,
    /// Network Insight Enterprise.
    NetworkInsightEnterprise,
    /// Tanzu Basic.
    TanzuBasic,
    /// Tanzu Standard.
    TanzuStandard,
    /// Site Recovery Manager.
    Srm,
}

impl Feature {
    /// Every feature in the order of its number.
    pub const ALL: [Self; 12] = [
        Self::Vcd,
        Self::NsxProfessional,
        Self::NsxAdvanced,
        Self::NsxEnterprisePlus,
        Self::AriaOperationsStandard,
        Self::AriaOperationsAdvanced,
        Self::AriaOperationsEnterprise,
        Self::NetworkInsightAdvanced,
        Self::NetworkInsightEnterprise,
        Self::TanzuBasic,
        Self::TanzuStandard,
        Self::Srm,
    ];

    /// The feature as a record and a report line write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vcd => "vcd",
            Self::NsxProfessional => "nsx-professional",
            Self::NsxAdvanced => "nsx-advanced",
            Self::NsxEnterprisePlus => "nsx-enterprise-plus",
            Self::AriaOperationsStandard => "aria-operations-standard",
            Self::AriaOperationsAdvanced => "aria-operations-advanced",
            Self::AriaOperationsEnterprise => "aria-operations-enterprise",
            Self::NetworkInsightAdvanced => "network-insight-advanced",
            Self::NetworkInsightEnterprise => "network-insight-enterprise",
            Self::TanzuBasic => "tanzu-basic",
            Self::TanzuStandard => "tanzu-standard",
            Self::Srm => "srm",
        }
    }

    /// The kind of product that states this feature.
    pub fn product_kind(self) -> ProductKind {
        match self {
            Self::Vcd => ProductKind::Vcd,
            Self::NsxProfessional | Self::NsxAdvanced | Self::NsxEnterprisePlus => ProductKind::Nsx,
            Self::AriaOperationsStandard | Self::AriaOperationsAdvanced | Self::AriaOperationsEnterprise => {
                ProductKind::AriaOperations
            }
            Self::NetworkInsightAdvanced | Self::NetworkInsightEnterprise => ProductKind::NetworkInsight,
            Self::TanzuBasic | Self::TanzuStandard => ProductKind::Tanzu,
            Self::Srm => ProductKind::Srm,
        }
    }

    /// The features that a product of this kind states, lowest edition first; none for a vCenter.
    pub fn of(kind: ProductKind) -> &'static [Self] {
        match kind {
            ProductKind::Vcenter => &[],
            ProductKind::Vcd => &[Self::Vcd],
            ProductKind::Nsx => &[Self::NsxProfessional, Self::NsxAdvanced, Self::NsxEnterprisePlus],
            ProductKind::AriaOperations => {
                &[Self::AriaOperationsStandard, Self::AriaOperationsAdvanced, Self::AriaOperationsEnterprise]
            }
            ProductKind::NetworkInsight => &[Self::NetworkInsightAdvanced, Self::NetworkInsightEnterprise],
            ProductKind::Tanzu => &[Self::TanzuBasic, Self::TanzuStandard],
            ProductKind::Srm => &[Self::Srm],
        }
    }

    /// The feature that is written so.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|feature| feature.as_str() == text)
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_families_and_names_agree() {
        for (number, feature) in Feature::ALL.into_iter().enumerate() {
            assert_eq!(feature as usize, number);
            assert_eq!(Feature::parse(feature.as_str()), Some(feature));
            assert!(Feature::of(feature.product_kind()).contains(&feature));
            assert!(feature.as_str().starts_with(feature.product_kind().as_str()));
        }
        let listed: usize = ProductKind::ALL.into_iter().map(|kind| Feature::of(kind).len()).sum();
        assert_eq!(listed, Feature::ALL.len());
    }
}
