//! Hosts, each with the VMs that name it, so that a change of a host reaches its VMs alone.

use super::decode::HostState;
use super::slots::Slots;
use crate::symbols::Symbol;
use serde::{Deserialize, Serialize};

#[derive(Default)]
pub(super) struct Hosts(Slots<Symbol, Host>);

#[derive(Default)]
struct Host {
    state: Option<HostState>,
    census: u32,
    vms: Vec<u32>,
}

/// A VM's entry in the list of the host that it names.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    pub host: u32,
    /// Found again when the VM enters the list.
    #[serde(skip)]
    position: u32,
}

impl Hosts {
    /// The host's number, known or not.
    pub fn number(&mut self, id: Symbol) -> u32 {
        self.0.number(id)
    }

    /// The host's managed object reference.
    pub fn id(&self, host: u32) -> Option<Symbol> {
        self.0.key(host)
    }

    /// The host's state while it is known.
    pub fn state(&self, host: u32) -> Option<HostState> {
        self.0.get(host).and_then(|host| host.state)
    }

    /// Every host that was ever named, by its number, with its state while it is known.
    pub fn all(&self) -> impl Iterator<Item = (Symbol, Option<HostState>)> {
        (0..self.0.len()).filter_map(|number| Some((self.0.key(number)?, self.0.get(number)?.state)))
    }

    /// States a host, or that it is gone; lists the VMs on it when one of them may look different now.
    pub fn set(&mut self, id: Symbol, state: Option<HostState>, census: u32) -> &[u32] {
        let number = self.0.number(id);
        let Some(host) = self.0.get_mut(number) else { return &[] };
        host.census = census;
        let visible = |state: Option<HostState>| state.map(|state| (state.cluster, state.license));
        let changed = visible(std::mem::replace(&mut host.state, state)) != visible(state);
        if changed { &host.vms } else { &[] }
    }

    /// Forgets the hosts that a census did not list and collects their VMs.
    pub fn sweep(&mut self, census: u32, touched: &mut Vec<u32>) {
        for (_, host) in self.0.iter_mut().filter(|(_, host)| host.census != census && host.state.is_some()) {
            host.state = None;
            touched.extend_from_slice(&host.vms);
        }
    }

    /// Puts a VM on a host's list.
    pub fn enter(&mut self, host: u32, vm: u32) -> Place {
        let position = self.0.get_mut(host).map_or(0, |host| {
            host.vms.push(vm);
            host.vms.len() - 1
        });
        Place { host, position: u32::try_from(position).unwrap_or(u32::MAX) }
    }

    /// Takes a VM off a list. Returns the VM that fills its position, whose place is this one now.
    pub fn leave(&mut self, place: Place) -> Option<u32> {
        let vms = &mut self.0.get_mut(place.host)?.vms;
        let position = place.position as usize;
        if position < vms.len() {
            vms.swap_remove(position);
        }
        vms.get(position).copied()
    }
}
