//! A listener whose connections are counted and timed. The framework's own takes TCP streams as they are; this one
//! wraps them, and does the TLS itself, so that the limits hold for what is said within it.

use actix_http::error::DispatchError;
use actix_http::{HttpService, Protocol, Request};
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Response, Server, Service};
use platform::address::{TrustedProxies, counted_address};
use platform::config::HttpLimits;
use platform::sockets::{Full, Place, Places, Socket, SocketLimits};
use platform::stop::Stop;
use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use super::{DISCONNECT_TIMEOUT, stopped};

/// Waiting for a worker.
const BACKLOG: u32 = 1_024;

/// In ALPN, the preferred one first.
const HTTP2: &[u8] = b"h2";
const HTTP1: &[u8] = b"http/1.1";

/// How to listen.
pub struct Listener {
    /// Where.
    pub address: SocketAddr,
    /// None for plain HTTP.
    pub tls: Option<ServerConfig>,
    /// Of its connections.
    pub limits: HttpLimits,
    /// Whose connections are those of many.
    pub trusted_proxies: TrustedProxies,
    /// Threads; none for one a processor.
    pub workers: Option<usize>,
    /// Of each worker.
    pub blocking_threads: usize,
    /// For what is being answered at the stop.
    pub shutdown_seconds: u64,
}

/// What every connection passes. Cheap to clone.
#[derive(Clone)]
struct Door {
    tls: Option<TlsAcceptor>,
    limits: HttpLimits,
    trusted_proxies: Arc<TrustedProxies>,
    places: Places<IpAddr>,
}

/// TCP, with TLS or without.
trait Stream: AsyncRead + AsyncWrite + Unpin {}
impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}
type Connection = Socket<Box<dyn Stream>>;

impl Listener {
    /// Listens, and serves this application until the stop; the address is the bound one.
    pub fn serve<F, I, S, B>(self, application: F, stop: &Stop) -> io::Result<(Server, SocketAddr)>
    where
        F: Fn() -> I + Send + Clone + 'static,
        I: IntoServiceFactory<S, Request>,
        S: ServiceFactory<Request, Config = AppConfig> + 'static,
        S::Error: Into<actix_web::Error> + 'static,
        S::InitError: fmt::Debug,
        S::Response: Into<Response<B>> + 'static,
        <S::Service as Service<Request>>::Future: 'static,
        S::Service: 'static,
        B: MessageBody + 'static,
    {
        let limits = self.limits;
        let door = Door {
            tls: self.tls.map(|tls| acceptor(tls, limits.http2)),
            limits,
            trusted_proxies: Arc::new(self.trusted_proxies),
            places: Places::new(limits.connections, limits.connections_per_address),
        };
        let socket = bind(self.address)?;
        let bound = socket.local_addr()?;
        let mut server = Server::build()
            // The door turns away earlier; what the framework holds back would wait without an answer.
            .max_concurrent_connections(limits.connections.saturating_add(1))
            .worker_max_blocking_threads(self.blocking_threads)
            .shutdown_timeout(self.shutdown_seconds)
            .shutdown_signal(stopped(stop.clone()));
        if let Some(workers) = self.workers {
            server = server.workers(workers);
        }
        let draining = server.graceful_shutdown_signal();
        let server = server.listen("http", socket, move || {
            let (door, draining) = (door.clone(), draining.clone());
            let application = application().into_factory().map_err(|error| error.into().error_response());
            let http = HttpService::build()
                .graceful_shutdown_signal(move || {
                    let draining = draining.clone();
                    async move { draining.notified().await }
                })
                .keep_alive(limits.keep_alive)
                .client_request_timeout(limits.head)
                .client_disconnect_timeout(DISCONNECT_TIMEOUT)
                .on_connect_ext(|connection: &Connection, data| {
                    data.insert(connection.link().clone());
                })
                .finish(map_config(application, |()| AppConfig::default()));
            fn_service(move |stream| door.clone().admit(stream)).and_then(http)
        })?;
        Ok((server.run(), bound))
    }
}

impl Door {
    /// A connection with a place and, if that is asked for, encrypted. Who is turned away sees it closed.
    async fn admit(
        self,
        stream: TcpStream,
    ) -> Result<(Connection, Protocol, Option<SocketAddr>), DispatchError> {
        let peer = stream.peer_addr()?;
        let place = self.place(peer.ip())?;
        let (stream, protocol): (Box<dyn Stream>, _) = match &self.tls {
            None => (Box::new(stream), Protocol::Http1),
            Some(tls) => {
                let shaken = timeout(self.limits.handshake, tls.accept(stream)).await;
                let stream = shaken.map_err(|_| cut("handshake"))??;
                let is_http2 = stream.get_ref().1.alpn_protocol() == Some(HTTP2);
                (Box::new(stream), if is_http2 { Protocol::Http2 } else { Protocol::Http1 })
            }
        };
        let HttpLimits { head, keep_alive, write_stall, .. } = self.limits;
        let limits = SocketLimits { head, keep_alive, write_stall };
        let socket = Socket::new(stream, limits, place, self.tls.is_some(), protocol == Protocol::Http2);
        Ok((socket, protocol, Some(peer)))
    }

    /// A trusted proxy has the connections of everybody: its clients are counted by their requests.
    fn place(&self, peer: IpAddr) -> io::Result<Place<IpAddr>> {
        let peer = peer.to_canonical();
        let counted = (!self.trusted_proxies.contains(peer)).then(|| counted_address(peer));
        self.places.take(counted).map_err(|full| {
            let limit = match full {
                Full::All => "process",
                Full::Each => "address",
            };
            metrics::counter!("http_connections_refused_total", "limit" => limit).increment(1);
            ErrorKind::ConnectionRefused.into()
        })
    }
}

fn cut(limit: &'static str) -> io::Error {
    metrics::counter!("http_connections_cut_total", "limit" => limit).increment(1);
    ErrorKind::TimedOut.into()
}

/// The client chooses between HTTP/2, if it is spoken, and HTTP/1.1.
fn acceptor(mut config: ServerConfig, http2: bool) -> TlsAcceptor {
    let protocols = if http2 { &[HTTP2, HTTP1][..] } else { &[HTTP1] };
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    TlsAcceptor::from(Arc::new(config))
}

/// Bound before anything is served, so that a taken port is told at once.
fn bind(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)?.into_std()
}
