//! Places: of connections by address, of requests by address and by organization.

use e2e::{Answer, Service, until};

use super::{CLOCK, Healthy, Peer};

const REQUEST: &str = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
const EACH: usize = 10;
const ALL: usize = 24;

fn asked(address: &str, service: &Service) -> Peer {
    Peer::from(address, service.server()).send(REQUEST).expect("alive")
}

#[test]
fn an_address_has_its_part_of_the_connections() {
    let (each, all) = (EACH.to_string(), ALL.to_string());
    let settings = [
        ("USAGE_HTTP_CONNECTIONS_PER_ADDRESS", each.as_str()),
        ("USAGE_HTTP_CONNECTIONS", all.as_str()),
        ("USAGE_TRUSTED_PROXIES", "127.0.0.9"),
    ];
    let service = Service::start_with(CLOCK, &settings);
    let mut greedy: Vec<Peer> = (0..EACH).map(|_| asked("127.0.0.2", &service)).collect();
    assert_eq!(Peer::from("127.0.0.2", service.server()).until_closed(), "", "one more is closed unheard");
    drop(asked("127.0.0.3", &service));
    greedy.pop();
    until("the place of one that left", || {
        let mut next = Peer::from("127.0.0.2", service.server()).send(REQUEST);
        next.takes_more().then(|| greedy.push(next))
    });
    // A proxy speaks for many, and there is an end to everything.
    let mut of_proxy = Vec::new();
    let count = until("all places to be taken", || {
        let mut next = Peer::from("127.0.0.9", service.server()).send(REQUEST);
        if next.takes_more() {
            of_proxy.push(next);
            return None;
        }
        Some(of_proxy.len())
    });
    assert!(count > EACH && count + EACH <= ALL, "{count}");
    assert_eq!(Peer::from("127.0.0.4", service.server()).until_closed(), "");
    drop(of_proxy);
    until("places again", || {
        Peer::from("127.0.0.4", service.server()).send(REQUEST).takes_more().then_some(())
    });
    Healthy::at(&service).is_answered();
}

/// An upload that goes on until it is dropped.
fn upload(service: &Service, token: &str, client: &str) -> Peer {
    let head = format!(
        "POST /v1/uploads HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nx-forwarded-for: {client}\r\n\
         content-type: application/octet-stream\r\ncontent-length: 100000\r\nexpect: 100-continue\r\n\r\n"
    );
    Peer::of(service.server()).send(&head).expect("100 Continue")
}

fn ask(service: &Service, token: &str, client: &str) -> Answer {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let request = agent.get(format!("{}/v1/auth/me", service.server())).header("x-forwarded-for", client);
    Answer::read(request.header("authorization", format!("Bearer {token}")).call().unwrap())
}

#[test]
fn requests_that_go_on_have_their_part_of_the_places() {
    let settings = [
        ("USAGE_HTTP_REQUESTS_PER_ORGANIZATION", "3"),
        ("USAGE_HTTP_REQUESTS_PER_ADDRESS", "2"),
        ("USAGE_TRUSTED_PROXIES", "127.0.0.0/8"),
    ];
    let service = Service::start_with(CLOCK, &settings);
    let (acme, globex) = (service.log_in("admin@acme.test"), service.log_in("admin@globex.test"));
    let of_one = [(); 2].map(|()| upload(&service, acme.token(), "192.0.2.1"));
    let refused = ask(&service, acme.token(), "192.0.2.1").expect(429);
    assert_eq!(refused.json()["code"], "too-many-requests");
    assert_eq!(refused.header("retry-after"), "5");
    ask(&service, globex.token(), "192.0.2.1").expect(429);
    ask(&service, acme.token(), "192.0.2.2").expect(200);

    let of_other = upload(&service, acme.token(), "192.0.2.2");
    until("the organization's last place to be taken", || {
        (ask(&service, acme.token(), "192.0.2.3").status == 429).then_some(())
    });
    ask(&service, globex.token(), "192.0.2.3").expect(200);
    drop((of_one, of_other));
    until("places again", || (ask(&service, acme.token(), "192.0.2.1").status == 200).then_some(()));
}
