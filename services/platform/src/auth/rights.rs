//! Rights, and who has them: one table.

use schema::types::Role;

/// The roles of users, and a meter's, which is no user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A user of this role.
    User(Role),
    /// A meter with its token.
    Meter,
}

impl Actor {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::User(Role::OperatorAdmin),
        Self::User(Role::ServiceDesk),
        Self::User(Role::AggregatorAdmin),
        Self::User(Role::AggregatorViewer),
        Self::User(Role::PartnerAdmin),
        Self::User(Role::PartnerViewer),
        Self::Meter,
    ];

    /// As the table of rights names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User(role) => role.as_str(),
            Self::Meter => "meter",
        }
    }
}

/// A right, named by a type so that an extractor can ask for it.
pub trait Right: 'static {
    /// As the table of rights names it.
    const NAME: &'static str;
    /// Who has it.
    const ACTORS: &'static [Actor];
    /// Whether an API key may have it: what makes or changes identities stays with people.
    const DELEGABLE: bool;

    /// Whether this actor has it.
    fn is_of(actor: Actor) -> bool {
        Self::ACTORS.contains(&actor)
    }
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct RightRow {
    /// The right.
    pub name: &'static str,
    /// Who has it.
    pub actors: &'static [Actor],
    /// Whether an API key may have it.
    pub delegable: bool,
}

/// The rights that a key made by a user of this role may have.
pub fn delegable_rights(role: Role) -> impl Iterator<Item = &'static str> {
    let rows = RIGHTS.iter().filter(move |row| row.delegable && row.actors.contains(&Actor::User(role)));
    rows.map(|row| row.name)
}

/// The table: a right, its name, whether API keys may have it (`delegable`) or people and meters alone (`personal`), and
/// those who have it.
macro_rules! rights {
    ($($(#[$doc:meta])* $right:ident $name:literal $holder:ident: $($actor:ident)+;)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub struct $right;

            impl Right for $right {
                const NAME: &'static str = $name;
                const ACTORS: &'static [Actor] = &[$(rights!(@actor $actor)),+];
                const DELEGABLE: bool = rights!(@holder $holder);
            }
        )+

        /// Every right with those who have it.
        pub const RIGHTS: &[RightRow] =
            &[$(RightRow { name: $name, actors: $right::ACTORS, delegable: $right::DELEGABLE }),+];
    };
    (@actor Meter) => { Actor::Meter };
    (@actor $role:ident) => { Actor::User(Role::$role) };
    (@holder delegable) => { true };
    (@holder personal) => { false };
}

rights! {
    /// To ask who one is.
    SignedIn "signed-in" personal: OperatorAdmin ServiceDesk AggregatorAdmin AggregatorViewer PartnerAdmin PartnerViewer;
    /// To see reports, meters, orders, requests of one's scope.
    MayRead "read" delegable: OperatorAdmin ServiceDesk AggregatorAdmin AggregatorViewer PartnerAdmin PartnerViewer;
    /// To see uploads: a meter those of its own. An aggregator sees what came of its partners' files, not the files.
    MayReadUploads "read-uploads" delegable: OperatorAdmin ServiceDesk PartnerAdmin PartnerViewer Meter;
    /// To upload: a meter its own files.
    MayUpload "upload" delegable: PartnerAdmin Meter;
    /// To register meters and set them.
    MayManageMeters "manage-meters" delegable: PartnerAdmin;
    /// To edit and submit one's orders, and to ask for late uploads.
    MayOrder "order" delegable: PartnerAdmin;
    /// To approve partners' orders or send them back.
    MayApprove "approve" delegable: AggregatorAdmin;
    /// To decide service requests.
    MayDecide "decide" personal: ServiceDesk;
    /// To see how the service works: runs, queues, dead letters; and to have dead letters tried again.
    MayOperate "operate" delegable: OperatorAdmin ServiceDesk;
    /// To see the audit of one's scope and export it.
    MayReadAudit "read-audit" delegable: OperatorAdmin ServiceDesk AggregatorAdmin PartnerAdmin;
    /// To add users of one's scope and change them.
    MayManageUsers "manage-users" personal: OperatorAdmin AggregatorAdmin PartnerAdmin;
    /// To make and revoke API keys of one's own organization.
    MayManageKeys "manage-keys" personal: OperatorAdmin AggregatorAdmin PartnerAdmin;
    /// To add contracts of partners.
    MayManageContracts "manage-contracts" delegable: OperatorAdmin AggregatorAdmin;
    /// To add one's sites.
    MayManageSites "manage-sites" delegable: PartnerAdmin;
    /// To run catalogue, organizations and their users, and in development the clock.
    OperatorAdmin "administer" personal: OperatorAdmin;
}
