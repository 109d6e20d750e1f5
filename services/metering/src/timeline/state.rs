//! A vCenter's state as a checkpoint keeps it: what lives, with only the texts that it uses.

use super::decode::HostState;
use super::tally::Tally;
use super::vcenter::{Cluster, Vcenter, Vm};
use crate::symbols::{Symbol, Symbols};
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The state just before an instant. Texts, meters and hosts are numbered by their places.
#[derive(Serialize, Deserialize)]
pub(super) struct Saved {
    texts: Vec<Box<str>>,
    meters: Vec<Uuid>,
    hosts: Vec<(Symbol, Option<HostState>)>,
    clusters: Vec<(Symbol, Cluster)>,
    vms: Vec<(Uuid, Vm)>,
    tally: Tally,
}

impl Saved {
    /// Of a vCenter whose last instant is settled.
    pub fn of(vcenter: &Vcenter, symbols: &Symbols, meters: &[Uuid]) -> Self {
        let mut texts = Texts { symbols, numbers: HashMap::new(), kept: Vec::new() };
        let lives = |vm: &Vm| vm.stated.is_some() || !vm.claims.is_empty();
        let vms = vcenter.vms.iter().filter(|(_, vm)| lives(vm)).cloned();
        let hosts = vcenter.hosts.all().map(|(mut id, mut state)| {
            texts.keep(&mut id);
            if let Some(state) = &mut state {
                texts.keep_host(state);
            }
            (id, state)
        });
        let hosts = hosts.collect();
        let clusters = vcenter.clusters.iter().filter(|(_, cluster)| cluster.stated.is_some()).copied();
        let clusters = clusters.map(|(mut id, mut cluster)| {
            texts.keep(&mut id);
            texts.keep_cluster(&mut cluster);
            (id, cluster)
        });
        let clusters = clusters.collect();
        let vms = vms.map(|(id, mut vm)| {
            texts.keep_vm(&mut vm);
            (id, vm)
        });
        let vms = vms.collect();
        Self {
            vms,
            hosts,
            clusters,
            texts: texts.kept,
            meters: meters.to_vec(),
            tally: vcenter.tally.clone(),
        }
    }

    /// As a checkpoint keeps it; none for what cannot be written, which nothing in it is.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        postcard::to_allocvec(self).ok()
    }

    /// Puts the state into a vCenter of which nothing is known yet; returns the meters.
    pub fn restore(self, vcenter: &mut Vcenter, symbols: &mut Symbols) -> Vec<Uuid> {
        // Into an empty table, so that each gets the number of its place.
        for text in &self.texts {
            symbols.intern(text);
        }
        for (id, state) in self.hosts {
            vcenter.hosts.set(id, state, 0);
        }
        for (id, cluster) in self.clusters {
            vcenter.restore_cluster(id, cluster);
        }
        for (id, vm) in self.vms {
            vcenter.restore_vm(id, vm);
        }
        vcenter.tally = self.tally;
        self.meters
    }
}

/// The texts in use, numbered anew.
struct Texts<'s> {
    symbols: &'s Symbols,
    numbers: HashMap<Symbol, Symbol>,
    kept: Vec<Box<str>>,
}

impl Texts<'_> {
    fn keep(&mut self, symbol: &mut Symbol) {
        let Self { symbols, numbers, kept } = self;
        *symbol = *numbers.entry(*symbol).or_insert_with(|| {
            kept.push(symbols.text(*symbol).into());
            Symbol::numbered(kept.len() - 1)
        });
    }

    fn keep_all<'f>(&mut self, fields: impl IntoIterator<Item = &'f mut Symbol>) {
        fields.into_iter().for_each(|symbol| self.keep(symbol));
    }

    fn keep_host(&mut self, host: &mut HostState) {
        self.keep_all([&mut host.name, &mut host.license_key].into_iter().chain(&mut host.cluster));
    }

    fn keep_cluster(&mut self, cluster: &mut Cluster) {
        self.keep_all(cluster.stated.iter_mut().map(|(state, _)| &mut state.name));
        self.keep_all(cluster.open.iter_mut().map(|open| &mut open.name));
    }

    fn keep_vm(&mut self, vm: &mut Vm) {
        if let Some(stated) = &mut vm.stated {
            let state = &mut stated.state;
            self.keep_all([&mut state.moid, &mut state.name, &mut state.guest_os, &mut state.host]);
        }
        self.keep_all(vm.claims.orgs());
        if let Some(open) = &mut vm.open {
            let (key, shown) = (&mut open.key, &mut open.shown);
            self.keep_all([&mut shown.moid, &mut shown.name, &mut shown.guest_os]);
            let optional = [&mut key.cluster, &mut key.org, &mut shown.host_name, &mut shown.license_key];
            self.keep_all(optional.into_iter().flatten());
        }
    }
}
