//! Where a request comes from.
//!
//! The other end of the connection is known; what it says of those behind it is believed of configured proxies alone,
//! since everybody can write `X-Forwarded-For`.

use actix_web::HttpRequest;
use actix_web::web::Data;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use crate::sockets::Link;

const X_FORWARDED_FOR: &str = "x-forwarded-for";
const X_FORWARDED_PROTO: &str = "x-forwarded-proto";

/// Proxies that say whose request it is; the application's data may hold a `web::Data<TrustedProxies>`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Network>);

/// The addresses that begin with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    prefix_bits: u8,
}

/// Why a text is no list of networks.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no network such as 10.0.0.0/8 or fd00::/8")]
pub struct NoNetwork(String);

/// The client's address: the peer's or, of a trusted proxy, the last one that its `X-Forwarded-For` names and that is
/// not a trusted proxy itself. None where there is no network between, as in tests.
pub fn client_address(request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip().to_canonical();
    let Some(proxies) = trusting(request, peer) else { return Some(peer) };
    let lines: Vec<_> = request.headers().get_all(X_FORWARDED_FOR).collect();
    // Each proxy adds the address that it was asked by at the end.
    let entries = lines.iter().rev().flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
    let mut client = peer;
    for entry in entries {
        // Behind something that is no address nobody is known.
        let Some(address) = parse_entry(entry.trim()) else { break };
        client = address;
        if !proxies.contains(address) {
            break;
        }
    }
    Some(client)
}

/// Whether the client's connection was TLS, here or at a trusted proxy.
pub fn is_https(request: &HttpRequest) -> bool {
    let by_proxy = || {
        let peer = request.peer_addr()?.ip().to_canonical();
        trusting(request, peer)?;
        let schemes = request.headers().get_all(X_FORWARDED_PROTO).last()?.to_str().ok()?;
        Some(schemes.rsplit(',').next()?.trim().eq_ignore_ascii_case("https"))
    };
    request.conn_data::<Link>().is_some_and(Link::is_encrypted) || by_proxy().unwrap_or(false)
}

/// By what a client is counted: whoever has one IPv6 address has its whole /64.
pub fn counted_address(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// The proxies, if this peer is one.
fn trusting(request: &HttpRequest, peer: IpAddr) -> Option<&TrustedProxies> {
    let proxies = request.app_data::<Data<TrustedProxies>>()?.get_ref();
    proxies.contains(peer).then_some(proxies)
}

/// An address, with or without a port.
fn parse_entry(entry: &str) -> Option<IpAddr> {
    let with_port = || entry.parse::<std::net::SocketAddr>().ok().map(|address| address.ip());
    let bracketed = || entry.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    entry.parse().ok().or_else(with_port).or_else(bracketed).map(|address: IpAddr| address.to_canonical())
}

impl TrustedProxies {
    /// Whether an address is one of theirs.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

impl FromStr for TrustedProxies {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let networks = text.split(',').map(str::trim).filter(|network| !network.is_empty());
        networks.map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                same_start(own.to_bits().into(), other.to_bits().into(), 32, self.prefix_bits)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                same_start(own.to_bits(), other.to_bits(), 128, self.prefix_bits)
            }
            _ => false,
        }
    }
}

fn same_start(a: u128, b: u128, width_bits: u8, prefix_bits: u8) -> bool {
    (a ^ b).checked_shr(u32::from(width_bits - prefix_bits)).unwrap_or(0) == 0
}

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let no_network = || NoNetwork(text.to_owned());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| no_network())?;
        let width_bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix_bits = prefix.map_or(Ok(width_bits), str::parse).map_err(|_| no_network())?;
        if prefix_bits > width_bits {
            return Err(no_network());
        }
        Ok(Self { address, prefix_bits })
    }
}
