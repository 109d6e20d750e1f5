//! A way to the broker that can be cut: what a restart of the broker looks like from here.

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Forwards connections to the broker until it is cut.
pub struct Proxy {
    /// The broker's URL by way of this proxy.
    pub url: String,
    open: watch::Sender<bool>,
}

impl Proxy {
    /// A proxy of `amqp://user:password@host:port/vhost`.
    pub async fn of(url: &str) -> Self {
        let (start, vhost) = url.rsplit_once('/').unwrap();
        let (user, target) = start.rsplit_once('@').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("{user}@{}/{vhost}", listener.local_addr().unwrap());
        let (open, is_open) = watch::channel(true);
        let target = target.to_owned();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if *is_open.borrow() {
                    tokio::spawn(forward(client, target.clone(), is_open.clone()));
                }
            }
        });
        Self { url, open }
    }

    /// Ends all connections, and takes no new ones.
    pub fn cut(&self) {
        self.open.send_replace(false);
    }

    /// Takes connections again.
    pub fn mend(&self) {
        self.open.send_replace(true);
    }
}

async fn forward(mut client: TcpStream, target: String, mut open: watch::Receiver<bool>) {
    let mut server = TcpStream::connect(target).await.unwrap();
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
        _ = open.wait_for(|open| !open) => {}
    }
}
