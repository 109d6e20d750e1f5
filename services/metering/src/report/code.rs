//! The lines a report can have.

use crate::record::{Feature, VsanEdition};
use serde::{Deserialize, Serialize};

/// What a line sums up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Printed `mb_hours` of rows, in millionths of an MB-hour; the line is in GB of vRAM.
    Vram,
    /// Row durations in milliseconds; the line is in VMs.
    Machines,
    /// Used capacity × time in millionths of a GB × milliseconds; the line is in GB.
    Capacity,
}

/// A report line or its breakdown, in the order of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LineCode {
    /// `flex-core`: every reported row.
    FlexCore,
    /// `flex-core/vcd`: those with the feature `vcd`.
    FlexCoreVcd,
    /// An add-on: rows whose highest edition in the family is this feature.
    AddOn(Feature),
    /// Clusters while in this edition.
    Vsan(VsanEdition),
}

impl LineCode {
    /// The code as reports print it; a breakdown is `line/part`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FlexCore => "flex-core",
            Self::FlexCoreVcd => "flex-core/vcd",
            Self::AddOn(feature) => feature.as_str(),
            Self::Vsan(VsanEdition::Standard) => "vsan-standard",
            Self::Vsan(VsanEdition::Advanced) => "vsan-advanced",
            Self::Vsan(VsanEdition::Enterprise) => "vsan-enterprise",
        }
    }

    /// The code with this text.
    pub fn parse(text: &str) -> Option<Self> {
        line_codes().find(|code| code.as_str() == text)
    }

    /// What it sums.
    pub fn measure(self) -> Measure {
        match self {
            Self::AddOn(Feature::Srm) => Measure::Machines,
            Self::FlexCore | Self::FlexCoreVcd | Self::AddOn(_) => Measure::Vram,
            Self::Vsan(_) => Measure::Capacity,
        }
    }

    /// The line that this is a breakdown of.
    pub fn whole(self) -> Option<Self> {
        (self == Self::FlexCoreVcd).then_some(Self::FlexCore)
    }

    /// The unit of the line's quantity.
    pub fn unit(self) -> &'static str {
        match self.measure() {
            Measure::Vram => "GB vRAM",
            Measure::Machines => "VM",
            Measure::Capacity => "GB",
        }
    }

    /// The product's name.
    pub fn product(self) -> &'static str {
        match self {
            Self::FlexCore => "VMware vCloud SP Core Bundle",
            Self::FlexCoreVcd => "VMware Cloud Director",
            Self::AddOn(feature) => add_on(feature),
            Self::Vsan(VsanEdition::Standard) => "vSAN Standard",
            Self::Vsan(VsanEdition::Advanced) => "vSAN Advanced",
            Self::Vsan(VsanEdition::Enterprise) => "vSAN Enterprise",
        }
    }
}

fn add_on(feature: Feature) -> &'static str {
    match feature {
        Feature::Vcd => "VMware Cloud Director",
        Feature::NsxProfessional => "NSX DC SP Professional",
        Feature::NsxAdvanced => "NSX DC SP Advanced",
        Feature::NsxEnterprisePlus => "NSX DC SP Enterprise+",
        Feature::AriaOperationsStandard => "vRealize Operations Standard Add-on",
        Feature::AriaOperationsAdvanced => "vRealize Operations Advanced Add-on",
        Feature::AriaOperationsEnterprise => "vRealize Operations Enterprise Add-on",
        Feature::NetworkInsightAdvanced => "vRealize Network Insight Advanced Add-on",
        Feature::NetworkInsightEnterprise => "vRealize Network Insight Enterprise Add-on",
        Feature::TanzuBasic => "Tanzu Basic (vRAM)",
        Feature::TanzuStandard => "Tanzu Standard (vRAM)",
        Feature::Srm => "Site Recovery Manager",
    }
}

/// Every code, in the order of a report.
pub fn line_codes() -> impl Iterator<Item = LineCode> {
    let add_ons = Feature::ALL.into_iter().filter(|feature| *feature != Feature::Vcd).map(LineCode::AddOn);
    let editions =
        [VsanEdition::Standard, VsanEdition::Advanced, VsanEdition::Enterprise].map(LineCode::Vsan);
    [LineCode::FlexCore, LineCode::FlexCoreVcd].into_iter().chain(add_ons).chain(editions)
}
