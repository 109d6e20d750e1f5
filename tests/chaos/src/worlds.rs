//! What is uploaded: partners with their meters and files. It follows from the seed.

mod conformance;
mod generated;

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::random::Random;

/// A partner and all that it sends.
#[derive(Clone)]
pub struct World {
    /// Also of the contract and the user.
    pub name: String,
    /// The partner's organization.
    pub partner: Uuid,
    /// With their modes.
    pub meters: Vec<(Uuid, &'static str)>,
    /// Each is sent by one caller, a file after the other; the lanes of a world have no meter in common.
    pub lanes: Vec<Vec<Vec<u8>>>,
}

impl World {
    /// Its contract.
    pub fn contract(&self) -> String {
        self.name.to_uppercase()
    }

    /// Its partner-admin.
    pub fn email(&self) -> String {
        format!("admin@{}.test", self.name)
    }

    fn files(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.lanes.iter().flatten()
    }
}

/// Worlds with at least so many files to send, an eighth of them a second time.
pub fn worlds(seed: u64, files: usize) -> Vec<World> {
    let mut random = Random::new(seed, "worlds");
    let mut cases = conformance::worlds();
    random.shuffle(&mut cases);
    let (mut worlds, mut count, mut number): (Vec<World>, usize, u64) = (Vec::new(), 0, 0);
    while count < files {
        // Three lanes of one partner have as many files as a dozen cases.
        let next = cases.split_off(cases.len().saturating_sub(8));
        number += 1;
        for mut world in next.into_iter().chain([generated::world(seed, number)]) {
            if count < files {
                repeat_some(&mut world, &mut random);
                count += world.files().count();
                worlds.push(world);
            }
        }
    }
    worlds
}

/// Some files are sent again, somewhere after the first time.
fn repeat_some(world: &mut World, random: &mut Random) {
    for lane in &mut world.lanes {
        let mut place = 0;
        while place < lane.len() {
            if random.once_in(8) {
                let later = place + 1 + random.place(lane.len() - place);
                lane.insert(later, lane[place].clone());
            }
            place += 1;
        }
    }
}

/// How many are sent, and how many of them are different.
pub fn counts(worlds: &[World]) -> (usize, usize) {
    let different = |world: &World| world.files().map(|file| sha256(file)).collect::<BTreeSet<_>>().len();
    (worlds.iter().map(|world| world.files().count()).sum(), worlds.iter().map(different).sum())
}

/// How many bytes the store will have.
pub fn bytes(worlds: &[World]) -> u64 {
    worlds.iter().flat_map(World::files).map(|file| file.len() as u64).sum()
}

/// The digest of a file, as text.
pub fn sha256(file: &[u8]) -> String {
    hex::encode(Sha256::digest(file))
}
