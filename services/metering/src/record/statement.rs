//! From the fields of a line to its statement: which types a product states, and what each type needs.

use super::fields::Fields;
use super::slots::Field;
use super::{
    Claim, Cluster, Connection, Feature, Host, License, ObjectId, ObjectKind, Power, Statement, Vm,
    VsanEdition,
};
use crate::manifest::{CollectionKind, ProductKind};
use crate::refusal::quoted;

/// Reads the statement of a line in a collection of `kind` of a product of `product`. `None` when a fault was
/// noted.
pub(super) fn statement<'a>(
    fields: &mut Fields<'_, 'a>,
    kind: CollectionKind,
    product: ProductKind,
) -> Option<Statement<'a>> {
    let name = fields.text(Field::Type)?;
    match (name.as_ref(), product, kind) {
        ("vm", ProductKind::Vcenter, _) => vm(fields),
        ("host", ProductKind::Vcenter, _) => host(fields),
        ("cluster", ProductKind::Vcenter, _) => cluster(fields),
        ("removed", ProductKind::Vcenter, CollectionKind::Events) => removed(fields),
        ("removed", ProductKind::Vcenter, CollectionKind::Inventory) => {
            fields.refuse(
                Field::Type,
                "removed occurs in events only: an inventory just leaves the object out",
            );
            None
        }
        ("feature", ProductKind::Vcenter, _) => {
            fields.refuse(Field::Type, "a vcenter states host, vm, cluster and removed records, no feature");
            None
        }
        ("feature", _, _) => claim(fields, kind, product),
        ("vm" | "host" | "cluster" | "removed", _, _) => {
            let message = format!("a product of kind {product} states feature records, no {name}");
            fields.refuse(Field::Type, message);
            None
        }
        (other, _, _) => {
            let message = format!("{} is no record type of version 1", quoted(other));
            fields.refuse(Field::Type, message);
            None
        }
    }
}

fn host<'a>(fields: &mut Fields<'_, 'a>) -> Option<Statement<'a>> {
    // All fields first: each `?` below would hide the faults of the fields behind it.
    let id = fields.text(Field::Id);
    let name = fields.text(Field::Name);
    let cluster = fields.text_or_null(Field::Cluster);
    let license = fields.word(Field::License, License::ALL, License::as_str);
    let license_key = fields.text(Field::LicenseKey);
    let connection = fields.word(Field::Connection, Connection::ALL, Connection::as_str);
    let sockets = fields.integer(Field::Sockets);
    let cores = fields.integer(Field::Cores);
    let memory_mb = fields.integer(Field::MemoryMb);
    Some(Statement::Host(Host {
        id: id?,
        name: name?,
        cluster: cluster?,
        license: license?,
        license_key: license_key?,
        connection: connection?,
        sockets: sockets?,
        cores: cores?,
        memory_mb: memory_mb?,
    }))
}

fn vm<'a>(fields: &mut Fields<'_, 'a>) -> Option<Statement<'a>> {
    let id = fields.uuid(Field::Id);
    let moid = fields.text(Field::Moid);
    let name = fields.text(Field::Name);
    let host = fields.text(Field::Host);
    let power = fields.word(Field::Power, Power::ALL, Power::as_str);
    let vcpus = fields.integer(Field::Vcpus);
    let memory_mb = fields.integer(Field::MemoryMb);
    let reserved_mb = fields.integer(Field::ReservedMb);
    let guest_os = fields.text(Field::GuestOs);
    let (memory_mb, reserved_mb) = (memory_mb?, reserved_mb?);
    if reserved_mb > memory_mb {
        let message = format!("{reserved_mb} MB are reserved of a memory_mb of {memory_mb} only");
        fields.refuse(Field::ReservedMb, message);
        return None;
    }
    Some(Statement::Vm(Vm {
        id: id?,
        moid: moid?,
        name: name?,
        host: host?,
        power: power?,
        vcpus: vcpus?,
        memory_mb,
        reserved_mb,
        guest_os: guest_os?,
    }))
}

fn cluster<'a>(fields: &mut Fields<'_, 'a>) -> Option<Statement<'a>> {
    let id = fields.text(Field::Id);
    let name = fields.text(Field::Name);
    let vsan_edition = fields.word_or_null(Field::VsanEdition, VsanEdition::ALL, VsanEdition::as_str);
    let vsan_used_micro_gb = fields.micro(Field::VsanUsedGb);
    Some(Statement::Cluster(Cluster {
        id: id?,
        name: name?,
        vsan_edition: vsan_edition?,
        vsan_used_micro_gb: vsan_used_micro_gb?,
    }))
}

fn removed<'a>(fields: &mut Fields<'_, 'a>) -> Option<Statement<'a>> {
    let object = match fields.word(Field::Object, ObjectKind::ALL, ObjectKind::as_str)? {
        ObjectKind::Vm => ObjectId::Vm(fields.uuid(Field::Id)?),
        ObjectKind::Host => ObjectId::Host(fields.text(Field::Id)?),
        ObjectKind::Cluster => ObjectId::Cluster(fields.text(Field::Id)?),
    };
    Some(Statement::Removed(object))
}

fn claim<'a>(
    fields: &mut Fields<'_, 'a>,
    kind: CollectionKind,
    product: ProductKind,
) -> Option<Statement<'a>> {
    let vcenter = fields.uuid(Field::Vcenter);
    let vm = fields.uuid(Field::Vm);
    let feature = fields.word(Field::Feature, Feature::of(product), Feature::as_str);
    let in_use = fields.boolean(Field::InUse);
    // Elsewhere `org` is a field that version 1 does not know, and those are ignored.
    let org = if feature == Some(Feature::Vcd) { fields.text_or_absent(Field::Org) } else { Some(None) };
    if in_use == Some(false) && kind == CollectionKind::Inventory {
        fields.refuse(Field::InUse, "false occurs in events only: an inventory just leaves the claim out");
        return None;
    }
    Some(Statement::Feature(Claim {
        vcenter: vcenter?,
        vm: vm?,
        feature: feature?,
        in_use: in_use?,
        org: org?,
    }))
}
