//! Lock-out with back-off: after some wrong passwords for an e-mail address each further one costs a longer wait. Told
//! alike for addresses that nobody has.

use chrono::{DateTime, TimeDelta, Utc};
use platform::address::counted_address;
use platform::problem::ApiError;
use schema::Tx;
use schema::identity::log_in_addresses;
use schema::identity::log_in_failures::{self, Failures, Whose};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// Wrong passwords from one client's address before there is a wait.
const FREE: i32 = 5;
/// The same from all addresses together: more, so that a stranger does not easily lock somebody out.
const FREE_FROM_ALL: i32 = 50;

const FIRST_WAIT_SECONDS: i64 = 2;
const LONGEST_WAIT_SECONDS: i64 = 15 * 60;

/// Under what the failures of a log-in are counted.
pub fn whose(email: &str, address: Option<IpAddr>) -> Whose {
    Whose { email_sha256: digest(email), address: counted(address) }
}

/// As what an address is counted.
pub fn counted(address: Option<IpAddr>) -> String {
    address.map_or_else(|| "unknown".to_owned(), |address| counted_address(address).to_string())
}

/// Under what all failures of an e-mail address are counted.
pub fn digest(email: &str) -> [u8; 32] {
    Sha256::digest(email.to_lowercase()).into()
}

/// Refuses whoever has to wait. Where the right password came from lately one waits for failures from there alone: else
/// strangers, who have many addresses, could keep a user out.
pub fn check(tx: &mut Tx<'_>, whose: &Whose, machine_now: DateTime<Utc>) -> Result<(), ApiError> {
    let known = log_in_failures::of(tx, whose, machine_now)?;
    let is_known = log_in_addresses::is_known(tx, whose, machine_now)?;
    let counted = known.iter().filter(|known| !(is_known && known.address.is_empty()));
    match counted.map(|known| seconds_left(known, machine_now)).max() {
        Some(retry_after) if retry_after > 0 => Err(ApiError::TooManyRequests { retry_after }),
        Some(_) | None => Ok(()),
    }
}

fn seconds_left(known: &Failures, machine_now: DateTime<Utc>) -> u32 {
    let free = if known.address.is_empty() { FREE_FROM_ALL } else { FREE };
    let ends = known.last_at + TimeDelta::seconds(wait_seconds(known.failures.saturating_sub(free)));
    let left_ms = (ends - machine_now).num_milliseconds().max(0).unsigned_abs();
    u32::try_from(left_ms.div_ceil(1000)).unwrap_or(u32::MAX)
}

/// After the last free failure, and after each that follows it.
fn wait_seconds(past_free: i32) -> i64 {
    match u32::try_from(past_free) {
        Ok(doublings) if doublings < 16 => (FIRST_WAIT_SECONDS << doublings).min(LONGEST_WAIT_SECONDS),
        Ok(_) => LONGEST_WAIT_SECONDS,
        Err(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(address: &str, failures: i32, after_ms: i64) -> u32 {
        let last_at = DateTime::UNIX_EPOCH;
        let known = Failures { address: address.to_owned(), failures, last_at };
        seconds_left(&known, last_at + TimeDelta::milliseconds(after_ms))
    }

    #[test]
    fn each_failure_past_the_free_ones_doubles_the_wait() {
        let waits: Vec<u32> = (4..=15).map(|failures| left("192.0.2.1", failures, 0)).collect();
        assert_eq!(waits, [0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        assert_eq!((left("", 49, 0), left("", 50, 0), left("", i32::MAX, 0)), (0, 2, 900));
    }

    #[test]
    fn a_wait_ends() {
        assert_eq!(
            (left("192.0.2.1", 6, 1), left("192.0.2.1", 6, 3_999), left("192.0.2.1", 6, 4_000)),
            (4, 1, 0)
        );
    }

    #[test]
    fn an_address_is_counted_whatever_its_case_and_form() {
        let mapped = "::ffff:192.0.2.1".parse().ok();
        assert_eq!(whose("Admin@acme.test", mapped), whose("admin@acme.TEST", "192.0.2.1".parse().ok()));
        let (one, other) = ("2001:db8::1".parse().ok(), "2001:db8::2:1".parse().ok());
        assert_eq!(whose("a@b", one).address, whose("a@b", other).address);
        assert_ne!(whose("a@b", one), whose("b@b", one));
    }
}
