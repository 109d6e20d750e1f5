//! The things that are asked about: some of every kind, of partners, an aggregator and the operator.

use e2e::{Client, Service, text};
use serde_json::json;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use test_support::tenants::{ACME, GLOBEX, INITECH, NORTHWIND, VENDOR};
use test_support::usage_file::DataFile;
use test_support::usage_file::records::{host, vm};
use uuid::Uuid;

/// Whose things there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// The asking partner.
    Acme,
    /// Another partner of its aggregator.
    Globex,
    /// A partner of another aggregator.
    Initech,
    /// The asking aggregator.
    Northwind,
    /// The operator.
    Vendor,
}

impl Owner {
    pub const ALL: &[Self] = &[Self::Acme, Self::Globex, Self::Initech, Self::Northwind, Self::Vendor];
    pub const PARTNERS: &[Self] = &[Self::Acme, Self::Globex, Self::Initech];

    pub const fn id(self) -> Uuid {
        match self {
            Self::Acme => ACME,
            Self::Globex => GLOBEX,
            Self::Initech => INITECH,
            Self::Northwind => NORTHWIND,
            Self::Vendor => VENDOR,
        }
    }

    /// Those above it, as far as anybody of them asks.
    pub const fn ancestors(self) -> &'static [Self] {
        match self {
            Self::Acme | Self::Globex => &[Self::Northwind, Self::Vendor],
            Self::Initech | Self::Northwind => &[Self::Vendor],
            Self::Vendor => &[],
        }
    }

    const fn admin(self) -> &'static str {
        match self {
            Self::Acme => "admin@acme.test",
            Self::Globex => "admin@globex.test",
            Self::Initech => "admin@initech.test",
            Self::Northwind => "admin@northwind.test",
            Self::Vendor => "operator@vendor.test",
        }
    }

    pub const fn contract(self) -> &'static str {
        match self {
            Self::Acme => "ACME-0001",
            Self::Globex => "GLOBEX-0001",
            Self::Initech => "INITECH-0001",
            Self::Northwind | Self::Vendor => "NONE",
        }
    }

    /// The role of an administrator of it.
    pub const fn admin_role(self) -> &'static str {
        match self {
            Self::Acme | Self::Globex | Self::Initech => "partner-admin",
            Self::Northwind => "aggregator-admin",
            Self::Vendor => "operator-admin",
        }
    }
}

/// Things with an id in a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Meter,
    MeterToken,
    Upload,
    ResumableUpload,
    Order,
    Organization,
    User,
    ApiKey,
    DeadLetter,
}

impl Kind {
    pub const fn owners(self) -> &'static [Owner] {
        match self {
            Self::Meter | Self::MeterToken | Self::Upload | Self::ResumableUpload | Self::Order => {
                Owner::PARTNERS
            }
            Self::Organization | Self::User | Self::ApiKey | Self::DeadLetter => Owner::ALL,
        }
    }

    /// The right without which there is no such thing for a caller.
    pub const fn read_right(self) -> &'static str {
        match self {
            Self::Meter | Self::MeterToken | Self::Order | Self::Organization => "read",
            Self::Upload => "read-uploads",
            Self::ResumableUpload => "upload",
            Self::User => "manage-users",
            Self::ApiKey => "manage-keys",
            Self::DeadLetter => "operate",
        }
    }
}

/// What there is, and who makes more of it.
pub struct Objects<'s> {
    service: &'s Service,
    admins: BTreeMap<Owner, Client>,
    ids: RefCell<BTreeMap<(Kind, Owner), String>>,
    meter_token: String,
    made: Cell<u128>,
}

impl<'s> Objects<'s> {
    /// A processed upload, and with it a meter and an order draft, of each partner.
    pub fn make(service: &'s Service) -> Self {
        let admins = Owner::ALL.iter().map(|owner| (*owner, service.log_in(owner.admin()))).collect();
        let mut objects =
            Self { service, admins, ids: RefCell::default(), meter_token: String::new(), made: Cell::new(0) };
        for owner in Owner::PARTNERS {
            let (meter, token) = objects.meter(*owner);
            let admin = &objects.admins[owner];
            let upload = text(&admin.process(&file(meter))["id"]);
            let order = text(&admin.orders("2026-09")[0]["id"]);
            let made = [(Kind::Meter, meter.to_string()), (Kind::Upload, upload), (Kind::Order, order)];
            objects.ids.borrow_mut().extend(made.map(|(kind, id)| ((kind, *owner), id)));
            if *owner == Owner::Acme {
                objects.meter_token = token;
            }
        }
        objects
    }

    /// Of a meter of Acme that has uploaded.
    pub fn meter_token(&self) -> &str {
        &self.meter_token
    }

    /// The id of a thing; of one that nobody else asks about when the asking uses it up.
    pub fn fresh(&self, kind: Kind, owner: Owner, consumes: bool) -> String {
        if let Some(id) = self.ids.borrow().get(&(kind, owner)).filter(|_| !consumes) {
            return id.clone();
        }
        let id = self.another(kind, owner);
        if !consumes {
            self.ids.borrow_mut().insert((kind, owner), id.clone());
        }
        id
    }

    fn another(&self, kind: Kind, owner: Owner) -> String {
        let admin = &self.admins[&owner];
        match kind {
            Kind::Meter => self.meter(owner).0.to_string(),
            // Of the tokens of a meter, as the path goes on.
            Kind::MeterToken => {
                let meter = self.meter(owner).0;
                let tokens = admin.get(&format!("/v1/meters/{meter}/tokens")).expect(200).json();
                format!("{meter}/tokens/{}", text(&tokens["items"][0]["id"]))
            }
            Kind::User => {
                let email = format!("user-{}@walk.test", self.number());
                let user = json!({"email": email, "role": owner.admin_role()});
                text(&admin.post("/v1/users", &user).expect(201).json()["id"])
            }
            Kind::ApiKey => {
                let key = json!({"name": "walk", "rights": ["read"], "expires_at": e2e::in_days(30)});
                text(&admin.post("/v1/api-keys", &key).expect(201).json()["id"])
            }
            Kind::DeadLetter => {
                let (id, key) = (Uuid::now_v7(), self.number());
                self.service.database().write(&format!(
                    "INSERT INTO dead_letters (organization_id, id, queue, key, raw, reason, attempts, first_failed_at,
                                               last_failed_at, state)
                     VALUES ('{}', '{id}', 'unknown', 'walk-{key}', '', 'walk', 1, '2026-10-01Z', '2026-10-01Z', 'open')",
                    owner.id()
                ));
                id.to_string()
            }
            // Of Acme's meter, which sees no others; administrators see theirs.
            Kind::ResumableUpload => {
                let meter = (owner == Owner::Acme).then(|| admin.with_other_token(&self.meter_token));
                let path = meter.as_ref().unwrap_or(admin).begin_resumable(10);
                path.rsplit('/').next().expect("an id").to_owned()
            }
            Kind::Organization => owner.id().to_string(),
            Kind::Upload | Kind::Order => panic!("no more {kind:?}s than the made ones"),
        }
    }

    fn meter(&self, owner: Owner) -> (Uuid, String) {
        let id = Uuid::from_u128(0x7000 + self.number());
        (id, self.admins[&owner].register_meter(id, owner.contract(), "production"))
    }

    fn number(&self) -> u128 {
        self.made.replace(self.made.get() + 1)
    }
}

fn file(meter: Uuid) -> Vec<u8> {
    let at = "2026-09-10T00:00:00Z";
    let census = [host(at, "host-1"), vm(at, Uuid::from_u128(0x3000))];
    DataFile::new(meter).vcenter(Uuid::from_u128(meter.as_u128() + 0x1_0000)).inventory(at, &census).build()
}
