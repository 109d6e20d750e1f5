//! What goes wrong and when: it follows from the seed.

use std::fmt;
use std::time::Duration;

use crate::random::Random;

/// A process of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seat {
    /// Takes uploads.
    Ingest,
    /// One of two.
    Aggregator1,
    /// The other.
    Aggregator2,
    /// Answers.
    Api,
}

/// A way between two that a proxy is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// From callers to the process.
    Door(Seat),
    /// From the process to PostgreSQL.
    Database(Seat),
    /// From the process to RabbitMQ.
    Broker(Seat),
}

/// A server that the service stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// PostgreSQL.
    Postgresql,
    /// RabbitMQ.
    Rabbitmq,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// SIGKILL to a process.
    Kill(Seat),
    /// SIGTERM to a process.
    Terminate(Seat),
    /// SIGSTOP to a process, and later SIGCONT: others believe that it works on.
    Freeze(Seat),
    /// SIGKILL to a server.
    Crash(Server),
    /// A clean stop of a server.
    Stop(Server),
    /// SIGKILL to some PostgreSQL backends, at which the server throws everybody out.
    Backend,
    /// All connections break.
    Cut(Link),
    /// Every piece of a connection comes so many milliseconds late.
    Delay(Link, u64),
    /// Nothing passes, then everything goes on.
    Stall(Link),
    /// What is asked arrives, what is answered does not; then all connections break.
    LoseAnswers(Link),
    /// The store's disk has no room.
    FullDisk,
    /// Messages about work that is done for a quarter of all partners come again: by the broker or by the outbox.
    Redeliver {
        /// The first of them in the list of partners.
        partner: u64,
        /// Or else by the broker.
        by_outbox: bool,
    },
}

/// A fault in its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// After the beginning.
    pub at: Duration,
    /// What.
    pub fault: Fault,
    /// Until it is over, or until what was ended is started again.
    pub lasting: Duration,
}

/// All that goes wrong, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan(pub Vec<Event>);

impl Seat {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Ingest, Self::Aggregator1, Self::Aggregator2, Self::Api];

    /// Its name, and that of its logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Aggregator1 => "aggregator-1",
            Self::Aggregator2 => "aggregator-2",
            Self::Api => "api",
        }
    }

    /// The role of its process.
    pub const fn role(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Aggregator1 | Self::Aggregator2 => "aggregator",
            Self::Api => "api",
        }
    }
}

impl Server {
    /// As scripts/stack has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Postgresql => "postgresql",
            Self::Rabbitmq => "rabbitmq",
        }
    }
}

impl Link {
    /// All that matter: the API has no work with the broker, and aggregators have no callers.
    const ALL: [Self; 9] = [
        Self::Door(Seat::Ingest),
        Self::Door(Seat::Api),
        Self::Database(Seat::Ingest),
        Self::Database(Seat::Aggregator1),
        Self::Database(Seat::Aggregator2),
        Self::Database(Seat::Api),
        Self::Broker(Seat::Ingest),
        Self::Broker(Seat::Aggregator1),
        Self::Broker(Seat::Aggregator2),
    ];
}

impl Fault {
    /// As the table of what was done counts it.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Kill(_) => "kill -9 of a process",
            Self::Terminate(_) => "SIGTERM to a process",
            Self::Freeze(_) => "SIGSTOP to a process",
            Self::Crash(Server::Postgresql) => "kill -9 of PostgreSQL",
            Self::Crash(Server::Rabbitmq) => "kill -9 of RabbitMQ",
            Self::Stop(Server::Postgresql) => "stop of PostgreSQL",
            Self::Stop(Server::Rabbitmq) => "stop of RabbitMQ",
            Self::Backend => "kill -9 of PostgreSQL backends",
            Self::Cut(_) => "connections cut",
            Self::Delay(..) => "connections delayed",
            Self::Stall(_) => "connections stalled",
            Self::LoseAnswers(_) => "answers lost, then cut",
            Self::FullDisk => "store's disk full",
            Self::Redeliver { .. } => "messages delivered again",
        }
    }
}

impl Plan {
    /// What goes wrong in this time: each kind `times` as often as in the shortest plan.
    pub fn of(seed: u64, time: Duration, times: usize) -> Self {
        let mut random = Random::new(seed, "plan");
        let mut events: Vec<Event> = Vec::new();
        for _ in 0..times {
            let faults = handful(&mut random);
            events.extend(faults.into_iter().map(|fault| in_its_time(fault, time, &mut random)));
        }
        events.sort_by_key(|event| event.at);
        Self(events)
    }
}

/// At least one of each kind.
fn handful(random: &mut Random) -> Vec<Fault> {
    let mut faults = vec![
        Fault::Terminate(Seat::ALL[random.place(4)]),
        Fault::Freeze(Seat::ALL[random.place(3)]), // of those that write
        Fault::Crash(Server::Rabbitmq),
        Fault::Stop(Server::Rabbitmq),
        Fault::Crash(Server::Postgresql),
        Fault::Stop(Server::Postgresql),
        Fault::Backend,
        Fault::Backend,
        Fault::FullDisk,
    ];
    faults.extend(Seat::ALL.map(Fault::Kill));
    faults.push(Fault::Kill(Seat::ALL[random.place(3)]));
    let link = |random: &mut Random| Link::ALL[random.place(Link::ALL.len())];
    faults.extend((0..3).map(|_| Fault::Cut(link(random))));
    faults.extend((0..2).map(|_| Fault::Delay(link(random), random.between(2, 120))));
    faults.extend((0..2).map(|_| Fault::Stall(link(random))));
    faults.extend((0..2).map(|_| Fault::LoseAnswers(link(random))));
    faults.extend([Fault::LoseAnswers(Link::Door(Seat::Ingest)); 2]);
    faults.extend([true, false].map(|by_outbox| Fault::Redeliver { partner: random.number(), by_outbox }));
    faults
}

fn in_its_time(fault: Fault, time: Duration, random: &mut Random) -> Event {
    let whole = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let at = Duration::from_millis(random.between(whole / 50, whole));
    let (begin, end) = match fault {
        Fault::Kill(_) | Fault::Terminate(_) => (0, 2_000),
        Fault::Crash(_) | Fault::Stop(_) => (0, 3_000),
        Fault::Backend => (500, 1_500),
        Fault::Cut(_) | Fault::Redeliver { .. } => (0, 1),
        Fault::Delay(..) => (1_000, 6_000),
        Fault::Stall(_) | Fault::Freeze(_) => (500, 4_000),
        Fault::LoseAnswers(_) => (200, 1_200),
        Fault::FullDisk => (1_000, 4_000),
    };
    Event { at, fault, lasting: Duration::from_millis(random.between(begin, end)) }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Door(seat) => write!(f, "callers – {}", seat.name()),
            Self::Database(seat) => write!(f, "{} – PostgreSQL", seat.name()),
            Self::Broker(seat) => write!(f, "{} – RabbitMQ", seat.name()),
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:8.3} s  {:30}", self.at.as_secs_f64(), self.fault.kind())?;
        match self.fault {
            Fault::Kill(seat) | Fault::Terminate(seat) | Fault::Freeze(seat) => f.write_str(seat.name())?,
            Fault::Cut(link) | Fault::Stall(link) | Fault::LoseAnswers(link) => write!(f, "{link}")?,
            Fault::Delay(link, ms) => write!(f, "{link}, {ms} ms a piece")?,
            Fault::Redeliver { by_outbox: true, .. } => f.write_str("by the outbox")?,
            Fault::Redeliver { by_outbox: false, .. } => f.write_str("by the broker")?,
            Fault::Crash(_) | Fault::Stop(_) | Fault::Backend | Fault::FullDisk => {}
        }
        let passes = matches!(self.fault, Fault::Backend) || self.lasting.is_zero();
        if passes { Ok(()) } else { write!(f, ", for {:.3} s", self.lasting.as_secs_f64()) }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|event| writeln!(f, "{event}"))
    }
}
