//! Where requests come from, whatever their headers say.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderValue;
use actix_web::test::TestRequest;
use actix_web::web::Data;
use platform::address::{TrustedProxies, client_address, counted_address, is_https};
use std::net::IpAddr;

/// A request of this peer with these lines of `X-Forwarded-For`.
fn request(peer: &str, lines: &[&str], proxies: &str) -> HttpRequest {
    let proxies: TrustedProxies = proxies.parse().unwrap();
    let request = TestRequest::default().peer_addr(peer.parse().unwrap()).app_data(Data::new(proxies));
    let request =
        lines.iter().fold(request, |request, line| request.append_header(("x-forwarded-for", *line)));
    request.to_http_request()
}

fn client(peer: &str, lines: &[&str], proxies: &str) -> String {
    client_address(&request(peer, lines, proxies)).unwrap().to_string()
}

#[test]
fn who_is_not_trusted_speaks_for_itself() {
    for (peer, proxies) in [
        ("203.0.113.9:1", ""),
        ("203.0.113.9:1", "10.0.0.0/8, fd00::/8"),
        ("203.0.113.9:1", "203.0.113.8/32"),
    ] {
        assert_eq!(client(peer, &["198.51.100.1"], proxies), "203.0.113.9", "{proxies}");
    }
    let without_settings = TestRequest::default()
        .peer_addr("203.0.113.9:1".parse().unwrap())
        .insert_header(("x-forwarded-for", "198.51.100.1"));
    assert_eq!(client_address(&without_settings.to_http_request()), Some("203.0.113.9".parse().unwrap()));
    assert_eq!(client_address(&TestRequest::default().to_http_request()), None);
}

#[test]
fn of_a_trusted_proxy_the_last_entry_that_is_no_proxy_counts() {
    let client = |lines: &[&str]| client("[::ffff:10.1.2.3]:1", lines, "10.0.0.0/8,fd00::/8,192.0.2.7");
    for (lines, expected) in [
        (&["198.51.100.1"][..], "198.51.100.1"),
        (&["1.2.3.4, 198.51.100.1"], "198.51.100.1"),
        (&["1.2.3.4", "198.51.100.1"], "198.51.100.1"),
        (&["1.2.3.4, 198.51.100.1 , 10.9.9.9,192.0.2.7"], "198.51.100.1"),
        (&["198.51.100.1", "fd00::1"], "198.51.100.1"),
        (&["198.51.100.1:443"], "198.51.100.1"),
        (&["2001:db8::1"], "2001:db8::1"),
        (&["[2001:db8::1]:443"], "2001:db8::1"),
        (&["[2001:db8::1]"], "2001:db8::1"),
        (&["::ffff:198.51.100.1"], "198.51.100.1"),
        (&["10.0.0.1, 10.0.0.2"], "10.0.0.1"),
        (&[], "10.1.2.3"),
    ] {
        assert_eq!(client(lines), expected, "{lines:?}");
    }
}

#[test]
fn what_is_no_address_ends_the_search() {
    for garbage in ["", "unknown", "1.2.3", "198.51.100.1, ", "198.51.100.1, _hidden", "1.1.1.1;2.2.2.2"] {
        assert_eq!(client("10.1.2.3:1", &[garbage], "10.0.0.0/8"), "10.1.2.3", "{garbage}");
    }
    assert_eq!(client("10.1.2.3:1", &["198.51.100.1, junk, 10.4.4.4"], "10.0.0.0/8"), "10.4.4.4");
    let not_text = TestRequest::default()
        .peer_addr("10.1.2.3:1".parse().unwrap())
        .app_data(Data::new("10.0.0.0/8".parse::<TrustedProxies>().unwrap()))
        .insert_header(("x-forwarded-for", HeaderValue::from_bytes(b"198.51.100.1\xff").unwrap()));
    assert_eq!(client_address(&not_text.to_http_request()), Some("10.1.2.3".parse().unwrap()));
    let long = "x,".repeat(10_000);
    assert_eq!(client("10.1.2.3:1", &[&long], "10.0.0.0/8"), "10.1.2.3");
}

#[test]
fn networks_are_read_and_kept_to() {
    for (network, inside, outside) in [
        ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
        ("192.0.2.128/25", "192.0.2.200", "192.0.2.100"),
        ("192.0.2.1", "192.0.2.1", "192.0.2.2"),
        ("2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1"),
        ("::1", "::1", "::2"),
    ] {
        let peer = |address: &str| std::net::SocketAddr::new(address.parse().unwrap(), 1).to_string();
        assert_eq!(client(&peer(inside), &["198.51.100.1"], network), "198.51.100.1", "{network}");
        assert_ne!(client(&peer(outside), &["198.51.100.1"], network), "198.51.100.1", "{network}");
    }
    assert_eq!(client("203.0.113.9:1", &["198.51.100.1"], "0.0.0.0/0"), "198.51.100.1");
    for wrong in ["10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0/8", "proxy.example", "10.0.0.0/8/8", "/8"] {
        assert!(wrong.parse::<TrustedProxies>().is_err(), "{wrong}");
    }
}

#[test]
fn an_ipv6_client_is_counted_by_its_network() {
    let counted = |text: &str| counted_address(text.parse::<IpAddr>().unwrap()).to_string();
    assert_eq!(counted("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    assert_eq!(counted("203.0.113.9"), "203.0.113.9");
    assert_eq!(counted("::ffff:203.0.113.9"), "203.0.113.9");
}

#[test]
fn only_a_trusted_proxy_says_that_it_was_tls() {
    let proxies = Data::new("10.0.0.0/8".parse::<TrustedProxies>().unwrap());
    let https = |peer: &str, scheme: &str| {
        let request = TestRequest::default().peer_addr(peer.parse().unwrap()).app_data(proxies.clone());
        is_https(&request.insert_header(("x-forwarded-proto", scheme)).to_http_request())
    };
    assert!(https("10.0.0.1:1", "https"));
    assert!(https("10.0.0.1:1", "http, HTTPS"));
    assert!(!https("10.0.0.1:1", "https, http"));
    assert!(!https("203.0.113.9:1", "https"));
    assert!(!is_https(&request("10.0.0.1:1", &[], "10.0.0.0/8")));
}
