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

    /// Whether this actor has it.
    fn is_of(actor: Actor) -> bool {
        Self::ACTORS.contains(&actor)
    }
}

/// The table: a right, its name, its words and those who have it.
macro_rules! rights {
    ($($(#[$doc:meta])* $right:ident $name:literal: $($actor:ident)+;)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub struct $right;

            impl Right for $right {
                const NAME: &'static str = $name;
                const ACTORS: &'static [Actor] = &[$(rights!(@actor $actor)),+];
            }
        )+

        /// Every right with those who have it.
        pub const RIGHTS: &[(&str, &[Actor])] = &[$(($name, $right::ACTORS)),+];
    };
    (@actor Meter) => { Actor::Meter };
    (@actor $role:ident) => { Actor::User(Role::$role) };
}

rights! {
    /// To ask who one is.
    SignedIn "signed-in": OperatorAdmin ServiceDesk AggregatorAdmin AggregatorViewer PartnerAdmin PartnerViewer;
    /// To see reports, meters, orders, requests of one's scope.
    MayRead "read": OperatorAdmin ServiceDesk AggregatorAdmin AggregatorViewer PartnerAdmin PartnerViewer;
    /// To see uploads: a meter those of its own.
    MayReadUploads "read-uploads": OperatorAdmin ServiceDesk AggregatorAdmin AggregatorViewer PartnerAdmin PartnerViewer Meter;
    /// To upload: a meter its own files.
    MayUpload "upload": PartnerAdmin Meter;
    /// To register meters and set them.
    MayManageMeters "manage-meters": PartnerAdmin;
    /// To edit and submit one's orders, and to ask for late uploads.
    MayOrder "order": PartnerAdmin;
    /// To approve partners' orders or send them back.
    MayApprove "approve": AggregatorAdmin;
    /// To decide service requests.
    MayDecide "decide": ServiceDesk;
    /// To see how the service works: runs, queues, dead letters.
    MayOperate "operate": OperatorAdmin ServiceDesk;
    /// To run catalogue, organizations and their users, and in development the clock.
    OperatorAdmin "administer": OperatorAdmin;
}
