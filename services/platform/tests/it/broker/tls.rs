//! The broker through TLS.

use platform::tls::server_config;
use std::sync::Arc;
use test_support::tls::tls_file;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::tls::shown;

/// The broker, trusted when this authority signed its certificate; without one, when one of the system's did.
fn checked(test: &TestBroker, url: &str, authority: Option<&str>) -> Broker {
    let mut settings = BrokerSettings::new(url, &test.namespace);
    settings.authorities = authority.map(tls_file);
    Broker::new(settings, "platform-test")
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_come_through_tls_also_after_a_cut() {
    let test = TestBroker::new();
    let proxy = Proxy::of(&test.tls_url).await;
    let broker = checked(&test, &proxy.url, Some("ca.pem"));
    let handler = Handler::default();
    let (source, task) = consume(&broker, &handler, |_, _| Disposition::Ack);
    let works: Vec<_> = (1..=500).map(work).collect();
    assert!(broker.publisher().publish_all(&works).await.iter().all(Result::is_ok));
    eventually("all messages", async || handler.counts().len() == 500).await;
    proxy.cut();
    eventually("a failed check", async || broker.healthy().await.is_err()).await;
    proxy.mend();
    eventually("a publish", async || broker.publisher().publish(&work(501)).await.is_ok()).await;
    eventually("the last message", async || handler.counts().contains_key(&501)).await;
    end(&broker, source, task).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_another_authority_is_refused() {
    let test = TestBroker::new();
    for authority in [Some("stranger.pem"), None] {
        let refused = checked(&test, &test.tls_url, authority).healthy().await.unwrap_err();
        assert!(refused.to_string().contains("UnknownIssuer"), "{authority:?}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_for_another_name_is_refused() {
    let test = TestBroker::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("amqps://user:password@{}/%2f", listener.local_addr().unwrap());
    let acceptor = TlsAcceptor::from(Arc::new(server_config(&shown("elsewhere"), Duration::ZERO).unwrap()));
    tokio::spawn(async move { acceptor.accept(listener.accept().await.unwrap().0).await });
    let refused = checked(&test, &url, Some("ca.pem")).healthy().await.unwrap_err();
    assert!(refused.to_string().contains("not valid for name"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn amqps_is_never_spoken_in_plain_text() {
    let test = TestBroker::new();
    let url = test.url.replace("amqp://", "amqps://");
    let refused = checked(&test, &url, Some("ca.pem")).healthy().await.unwrap_err();
    assert!(matches!(refused, BrokerError::Unavailable(_)), "{refused}");
}
