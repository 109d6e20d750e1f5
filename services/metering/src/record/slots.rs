//! The known fields of all record types, and the values that one line has for them.

use super::text::Text;

/// A value as the scanner found it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Raw<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    Text(Text<'a>),
    Object,
    Array,
}

macro_rules! fields {
    ($($field:ident = $text:literal,)+) => {
        /// A field that some record type knows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(super) enum Field { $($field,)+ }

        impl Field {
            const ALL: &'static [Self] = &[$(Self::$field),+];

            /// The key.
            pub(super) fn as_str(self) -> &'static str {
                match self { $(Self::$field => $text,)+ }
            }

            /// The key with its quotation marks and colon, as meters write it.
            pub(super) fn token(self) -> &'static [u8] {
                match self { $(Self::$field => concat!("\"", $text, "\":").as_bytes(),)+ }
            }

            /// The field of this key.
            pub(super) fn of(key: &str) -> Option<Self> {
                match key { $($text => Some(Self::$field),)+ _ => None }
            }
        }
    };
}

fields! {
    Type = "type",
    At = "at",
    Id = "id",
    Name = "name",
    Cluster = "cluster",
    License = "license",
    LicenseKey = "license_key",
    Connection = "connection",
    Sockets = "sockets",
    Cores = "cores",
    MemoryMb = "memory_mb",
    Moid = "moid",
    Host = "host",
    Power = "power",
    Vcpus = "vcpus",
    ReservedMb = "reserved_mb",
    GuestOs = "guest_os",
    VsanEdition = "vsan_edition",
    VsanUsedGb = "vsan_used_gb",
    Object = "object",
    Vcenter = "vcenter",
    Vm = "vm",
    Feature = "feature",
    InUse = "in_use",
    Org = "org",
}

/// The values of one line by field. Reused from line to line: `filled` alone tells which are of this one.
#[derive(Debug)]
pub(super) struct Slots<'a> {
    filled: u32,
    values: [Raw<'a>; Field::ALL.len()],
    /// The fields in the order of the last lines. A meter writes one record as it wrote the one before, so that
    /// most keys need but one comparison.
    order: [Field; Field::ALL.len()],
}

impl<'a> Slots<'a> {
    /// No values.
    pub(super) fn new() -> Self {
        // One bit of `filled` for each.
        const { assert!(Field::ALL.len() <= 32) };
        Self { filled: 0, values: [Raw::Null; Field::ALL.len()], order: [Field::Type; Field::ALL.len()] }
    }

    /// Forgets the values of the former line.
    pub(super) fn clear(&mut self) {
        self.filled = 0;
    }

    /// The field that came at this position in a former line.
    pub(super) fn expected(&self, position: usize) -> Option<Field> {
        self.order.get(position).copied()
    }

    /// Fills the slot of `field`, which came at `position`, unless it has a value already.
    pub(super) fn put(&mut self, position: usize, field: Field, value: Raw<'a>) -> bool {
        let bit = 1 << field as u32;
        let free = self.filled & bit == 0;
        self.filled |= bit;
        if let Some(slot) = self.values.get_mut(field as usize) {
            *slot = value;
        }
        if let Some(expected) = self.order.get_mut(position) {
            *expected = field;
        }
        free
    }

    /// The value of `field`, if the line has one.
    pub(super) fn get(&self, field: Field) -> Option<Raw<'a>> {
        if self.filled & 1 << field as u32 == 0 {
            return None;
        }
        self.values.get(field as usize).copied()
    }
}
