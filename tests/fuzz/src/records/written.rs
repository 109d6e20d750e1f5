//! A statement as a line.

use metering::{Line, ObjectId, Statement, VsanEdition};
use serde_json::{Value, json};

/// The line anew, as a meter would write it.
pub fn line(line: &Line<'_>) -> String {
    let mut written = statement(&line.statement);
    written["at"] = json!(line.at.to_string());
    let mut text = written.to_string();
    if let Statement::Cluster(cluster) = &line.statement {
        // A decimal goes by no float, so that it is put in as text.
        let (whole, fraction) =
            (cluster.vsan_used_micro_gb / 1_000_000, cluster.vsan_used_micro_gb % 1_000_000);
        text.insert_str(1, &format!(r#""vsan_used_gb":{whole}.{fraction:06},"#));
    }
    text + "\n"
}

fn statement(statement: &Statement<'_>) -> Value {
    match statement {
        Statement::Host(host) => json!({
            "type": "host", "id": host.id, "name": host.name, "cluster": host.cluster,
            "license": host.license.as_str(), "license_key": host.license_key,
            "connection": host.connection.as_str(), "sockets": host.sockets, "cores": host.cores,
            "memory_mb": host.memory_mb,
        }),
        Statement::Vm(vm) => json!({
            "type": "vm", "id": vm.id, "moid": vm.moid, "name": vm.name, "host": vm.host,
            "power": vm.power.as_str(), "vcpus": vm.vcpus, "memory_mb": vm.memory_mb,
            "reserved_mb": vm.reserved_mb, "guest_os": vm.guest_os,
        }),
        Statement::Cluster(cluster) => json!({
            "type": "cluster", "id": cluster.id, "name": cluster.name,
            "vsan_edition": cluster.vsan_edition.map(VsanEdition::as_str),
        }),
        Statement::Removed(ObjectId::Vm(id)) => json!({ "type": "removed", "object": "vm", "id": id }),
        Statement::Removed(ObjectId::Host(id)) => json!({ "type": "removed", "object": "host", "id": id }),
        Statement::Removed(ObjectId::Cluster(id)) => {
            json!({ "type": "removed", "object": "cluster", "id": id })
        }
        Statement::Feature(claim) => json!({
            "type": "feature", "vcenter": claim.vcenter, "vm": claim.vm, "feature": claim.feature.as_str(),
            "in_use": claim.in_use, "org": claim.org,
        }),
    }
}
