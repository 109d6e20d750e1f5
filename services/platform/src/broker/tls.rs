//! The way to the broker through TLS.
//!
//! lapin asks its runtime for connections, so ours hands it encrypted ones. lapin's own TLS would bring a reader of
//! PKCS#12 with DES and RC2 into the program, for certificates of clients, which nobody has here; without it lapin
//! speaks to `amqps://` in plain text, which is why this module is the only one that connects there.

use async_compat::{Compat, CompatExt};
use async_rs::traits::Reactor;
use async_rs::util::RuntimeParts;
use async_rs::{Runtime, Tokio};
use futures_util::Stream;
use futures_util::io::{AsyncRead, AsyncWrite};
use lapin::uri::AMQPUri;
use lapin::{AsyncTcpStream, Connection, ConnectionProperties};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Connects through TLS, whatever the scheme says.
pub(super) async fn connect(
    uri: AMQPUri,
    properties: ConnectionProperties,
    config: ClientConfig,
) -> lapin::Result<Connection> {
    let host = uri.authority.host.trim_matches(['[', ']']).to_owned();
    let host = ServerName::try_from(host).map_err(io::Error::other)?;
    let tokio = Tokio::current();
    let encrypted = Encrypted { tokio: tokio.clone(), config: Arc::new(config), host };
    let runtime = Runtime::new(RuntimeParts::new(tokio, encrypted));
    let open = async |uri: AMQPUri, runtime: Runtime<RuntimeParts<Tokio, Encrypted>>| {
        let addresses = runtime.to_socket_addrs((uri.authority.host, uri.authority.port));
        Ok(AsyncTcpStream::connect(&runtime, addresses).await?)
    };
    Connection::connector(uri, runtime, open, properties).await
}

/// Tokio's reactor, whose connections are encrypted and lead to this host only.
#[derive(Debug, Clone)]
struct Encrypted {
    tokio: Tokio,
    config: Arc<ClientConfig>,
    host: ServerName<'static>,
}

impl Reactor for Encrypted {
    type TcpStream = Compat<TlsStream<TcpStream>>;
    type Sleep = <Tokio as Reactor>::Sleep;

    fn tcp_connect_addr(
        &self,
        address: SocketAddr,
    ) -> impl Future<Output = io::Result<Self::TcpStream>> + Send + 'static {
        let connecting = self.tokio.tcp_connect_addr(address);
        let (connector, host) = (TlsConnector::from(Arc::clone(&self.config)), self.host.clone());
        async move { Ok(connector.connect(host, connecting.await?.into_inner()).await?.compat()) }
    }

    fn register<H: Read + Write + AsFd + AsRawFd + Send + 'static>(
        &self,
        handle: H,
    ) -> io::Result<impl AsyncRead + AsyncWrite + Send + Unpin + 'static> {
        self.tokio.register(handle)
    }

    fn sleep(&self, time: Duration) -> Self::Sleep {
        self.tokio.sleep(time)
    }

    fn interval(&self, time: Duration) -> impl Stream<Item = Instant> + Send + 'static {
        self.tokio.interval(time)
    }
}
