//! The fixed words of usage-data.md §3.

/// A fixed set of words in the format, each with its written form.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$word_meta:meta])* $word:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[repr(u8)]
        pub enum $name { $($(#[$word_meta])* #[serde(rename = $text)] $word,)+ }

        impl $name {
            /// The word as a record writes it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$word => $text,)+ }
            }

            /// All of them, in their order.
            pub const ALL: &'static [Self] = &[$(Self::$word),+];
        }
    };
}

words! {
    /// How a host is licensed.
    License {
        /// Rented in the program: reported.
        Rental = "rental",
        /// Bought: metered and not reported.
        Perpetual = "perpetual",
        /// A demonstration license: metered and not reported.
        Demo = "demo",
    }
}

words! {
    /// Whether vCenter reaches a host. It plays no part in metering.
    Connection {
        /// It does.
        Connected = "connected",
        /// It was told not to.
        Disconnected = "disconnected",
        /// It does not.
        NotResponding = "not-responding",
    }
}

words! {
    /// What `removed` may name.
    ObjectKind {
        /// A VM.
        Vm = "vm",
        /// A host.
        Host = "host",
        /// A cluster.
        Cluster = "cluster",
    }
}

words! {
    /// Whether a VM runs.
    Power {
        /// It runs and is metered.
        On = "on",
        /// It does not.
        Off = "off",
        /// It is paused to disk and counts as off.
        Suspended = "suspended",
    }
}

words! {
    /// The editions of vSAN, lowest first.
    VsanEdition {
        /// vSAN Standard.
        Standard = "standard",
        /// vSAN Advanced.
        Advanced = "advanced",
        /// vSAN Enterprise.
        Enterprise = "enterprise",
    }
}
