//! Certificates: whom the database and the API are taken for, and how a renewed one comes into use.

use diesel::prelude::*;
use diesel::sql_types::Text;
use platform::config::TlsSettings;
use platform::db::Db;
use platform::tls::{TlsError, client_config, server_config};
use rustls::ServerConfig;
use rustls::pki_types::ServerName;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use test_support::database::TestDatabase;
use test_support::tls::tls_file;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::support::settings;

/// A certificate of the test stack.
pub fn shown(name: &str) -> TlsSettings {
    TlsSettings { certificate: tls_file(&format!("{name}.pem")), key: tls_file(&format!("{name}.key")) }
}

#[derive(QueryableByName)]
struct Session {
    #[diesel(sql_type = Text)]
    version: String,
}

#[tokio::test]
async fn the_database_is_reached_through_tls() {
    let database = TestDatabase::new();
    let db = Db::new(&settings(database.tls_url(&tls_file("ca.pem"))), "through-tls").unwrap();
    db.ping().await.unwrap();
    // What the server says about the session, asked by another of the same role: without TLS there is no version.
    let query = "SELECT tls.version FROM pg_stat_ssl AS tls JOIN pg_stat_activity USING (pid)
                  WHERE application_name = 'through-tls' AND datname = current_database() AND tls.ssl";
    let sessions: Vec<Session> = diesel::sql_query(query).load(&mut database.service()).unwrap();
    assert!(matches!(&sessions[..], [Session { version }] if version == "TLSv1.3"), "{}", sessions.len());
}

#[tokio::test]
async fn a_database_of_another_authority_is_refused() {
    let database = TestDatabase::new();
    let db = Db::new(&settings(database.tls_url(&tls_file("stranger.pem"))), "test").unwrap();
    let refused = db.ping().await.unwrap_err();
    assert!(
        refused.is_unavailable() && refused.to_string().contains("certificate verify failed"),
        "{refused}"
    );
}

/// Shakes hands with whoever comes.
async fn listen(config: ServerConfig) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            // A client that refuses is an error here, too.
            let _ = acceptor.accept(client).await;
        }
    });
    address
}

/// Whether a server shows a certificate for this name.
async fn is_known_as(server: SocketAddr, name: &'static str) -> bool {
    let connector = TlsConnector::from(Arc::new(client_config(Some(&tls_file("ca.pem"))).unwrap()));
    let stream = TcpStream::connect(server).await.unwrap();
    connector.connect(ServerName::try_from(name).unwrap(), stream).await.is_ok()
}

/// Puts a file in another's place, written at another time.
fn replace(file: &Path, with: &str, seconds: u64) {
    fs::copy(tls_file(with), file).unwrap();
    let written = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    fs::File::options().write(true).open(file).unwrap().set_modified(written).unwrap();
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_once_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let files =
        TlsSettings { certificate: folder.path().join("tls.crt"), key: folder.path().join("tls.key") };
    replace(&files.certificate, "server.pem", 1);
    replace(&files.key, "server.key", 1);
    let watchful = listen(server_config(&files, Duration::ZERO).unwrap()).await;
    let patient = listen(server_config(&files, Duration::from_hours(1)).unwrap()).await;
    assert!(is_known_as(watchful, "localhost").await && !is_known_as(watchful, "elsewhere.test").await);

    // Between the two files the old pair serves on.
    replace(&files.certificate, "elsewhere.pem", 2);
    assert!(is_known_as(watchful, "localhost").await);
    replace(&files.key, "elsewhere.key", 2);
    assert!(is_known_as(watchful, "elsewhere.test").await && !is_known_as(watchful, "localhost").await);
    fs::remove_file(&files.key).unwrap();
    assert!(is_known_as(watchful, "elsewhere.test").await);

    assert!(is_known_as(patient, "localhost").await, "it looks again after an hour");
}

#[test]
fn files_that_are_of_no_use_are_told_by_name() {
    let told = |certificate: &str, key: &str| {
        let files = TlsSettings { certificate: tls_file(certificate), key: tls_file(key) };
        server_config(&files, Duration::ZERO).map(drop).map_err(|error| error.to_string())
    };
    let file = |name| tls_file(name).display().to_string();
    assert_eq!(told("server.pem", "server.key"), Ok(()));
    for (certificate, key, named) in [
        ("server.pem", "elsewhere.key", "server.pem"),
        ("server.key", "server.key", "server.key"),
        ("server.pem", "server.pem", "server.pem"),
    ] {
        let error = told(certificate, key).unwrap_err();
        assert!(error.starts_with(&file(named)), "{certificate} with {key}: {error}");
    }
    assert!(matches!(client_config(Some(Path::new("/nowhere"))), Err(TlsError::Unreadable { .. })));
}
