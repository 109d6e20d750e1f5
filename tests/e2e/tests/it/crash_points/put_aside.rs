//! Messages that a broker puts aside: those that came back too often without a verdict.

use std::time::Duration;

use platform::broker::{Broker, Disposition, Work};
use platform::config::BrokerSettings;
use platform::stop;
use tokio::runtime;

use super::Mortal;

impl Mortal {
    /// Has the broker put these aside while no process runs, and starts one again.
    pub fn put_aside(&mut self, works: &[Work]) {
        self.service.kill();
        let settings = BrokerSettings::new(self.service.broker_url(), self.service.namespace());
        let broker = Broker::new(settings, "e2e");
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        for work in works {
            runtime.block_on(hand_back(&broker, work));
        }
        runtime.block_on(until_put_aside(&broker, works.len()));
        self.begin();
    }

    /// Waits until the broker has nothing put aside that nobody has collected.
    pub fn until_collected(&mut self) {
        let settings = BrokerSettings::new(self.service.broker_url(), self.service.namespace());
        let broker = Broker::new(settings, "e2e");
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        self.until("what was put aside to be collected", |_| {
            (runtime.block_on(dead(&broker)) == 0).then_some(())
        });
    }
}

/// Takes it and hands it back at once, as often as the broker hands it out.
async fn hand_back(broker: &Broker, work: &Work) {
    broker.publisher().publish(work).await.unwrap();
    let before = dead(broker).await;
    let (source, stop) = stop::pair();
    let again = |_| async { Disposition::Retry { after: Duration::ZERO } };
    let watch = async {
        until_put_aside(broker, before + 1).await;
        source.stop();
    };
    tokio::join!(broker.consume(work.queue(), 1, stop, again), watch);
}

async fn until_put_aside(broker: &Broker, count: usize) {
    let waiting = async {
        while dead(broker).await < count {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), waiting).await.expect("messages that are put aside");
}

async fn dead(broker: &Broker) -> usize {
    broker.depths().await.unwrap()["dead"].try_into().unwrap()
}
