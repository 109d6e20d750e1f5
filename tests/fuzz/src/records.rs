//! The lines of a collection.
//!
//! The scanner is quick because it expects each line to be written as those before it. So each line has to be judged
//! alike among the others and alone, as a plain reader judges it, and as it stands once it is written anew.

mod reference;
mod written;

use std::collections::BTreeMap;

use metering::{
    Code, Collection, CollectionKind, Computed, ProductKind, Refusal, Refusals, UsageFile, compute,
};

use self::reference::Verdict;
use crate::{limits, refusals, summary, wide_limits, world};

/// The first byte says of which kind collection and product are, the others are the collection.
pub fn records(data: &[u8]) {
    let Some((selector, content)) = data.split_first() else { return };
    if content.len() as u64 > limits().entry_bytes {
        return;
    }
    let kind = [CollectionKind::Inventory, CollectionKind::Events][usize::from(selector & 1)];
    let product = ProductKind::ALL[usize::from(selector >> 1) % ProductKind::ALL.len()];
    let collection = world::collection(kind, product);

    let read = Read::of(content, &collection, product);
    let lines: Vec<_> = content.split_inclusive(|byte| *byte == b'\n').collect();
    // Reading stops within the line of the hundredth reason.
    let judged = match &read.result {
        Err(refused) if refused.is_full() => refused.as_slice().last().and_then(|last| last.line),
        Ok(_) | Err(_) => None,
    };
    let judged = judged.map_or(lines.len(), |line| usize::try_from(line).unwrap() - 1);
    for (line, number) in lines.into_iter().take(judged).zip(1..) {
        let alone = Read::of(line, &collection, product);
        assert_eq!(read.of_line(number), alone.of_line(1), "line {number} among others and alone");
        compare(line, &alone, &collection, product);
    }
    if read.result.is_ok() {
        meter(&collection, product, content);
    }
}

/// What became of some lines.
struct Read {
    result: Result<u64, Refusals>,
    /// By number: the statement written anew, and what it says in full.
    statements: BTreeMap<u64, (String, String)>,
}

impl Read {
    fn of(content: &[u8], collection: &Collection, product: ProductKind) -> Self {
        let mut statements = BTreeMap::new();
        let result = metering::records(content, collection, product, &limits(), |line| {
            let said = format!("{} {:?}", line.at, line.statement);
            let before = statements.insert(line.number, (written::line(line), said));
            assert!(before.is_none(), "line {} came twice", line.number);
        });
        match &result {
            Ok(count) => assert_eq!(*count, statements.len() as u64),
            Err(refused) => {
                refusals::check(refused, &[Code::RecordInvalid, Code::LimitExceeded]);
                assert!(refused.as_slice().iter().all(|one| one.path.as_deref() == Some(&*collection.path)));
            }
        }
        Self { result, statements }
    }

    /// What was made of one line: its statement, or the reasons why it is none.
    fn of_line(&self, number: u64) -> (Option<&str>, Vec<Refusal>) {
        let refused = self.result.as_ref().err().map_or(&[][..], Refusals::as_slice);
        let own = refused.iter().filter(|reason| reason.line == Some(number));
        let reasons = own.map(|reason| Refusal { line: None, ..reason.clone() }).collect();
        (self.statements.get(&number).map(|(_, said)| &**said), reasons)
    }
}

/// Compares one line's reading with that of the reference, and with that of the same statement in other words.
fn compare(line: &[u8], read: &Read, collection: &Collection, product: ProductKind) {
    let Some((anew, said)) = read.statements.get(&1) else {
        let verdict = reference::judge(line, collection, product, limits().line_bytes);
        assert!(!matches!(verdict, Verdict::Record(_)), "a sound line is refused: {:?}", read.result);
        return;
    };
    match reference::judge(line, collection, product, limits().line_bytes) {
        Verdict::Record(fields) => reference::compare(&fields, anew),
        Verdict::Refused => panic!("an unsound line is taken: {said}"),
        Verdict::Unknown => {}
    }
    let mut again = None;
    let count = metering::records(anew.as_bytes(), collection, product, &wide_limits(), |line| {
        again = Some(format!("{} {:?}", line.at, line.statement));
    });
    assert_eq!(count, Ok(1), "what was read, written anew: {anew}");
    assert_eq!(again.as_ref(), Some(said));
}

/// Meters the collection together with an earlier census: the order of the files and how the collections are spread
/// over them is no matter, and a file twice is a file once.
fn meter(collection: &Collection, product: ProductKind, content: &[u8]) {
    let [census, tested, both] = world::files(collection, product, content);
    let limits = wide_limits();
    let month = UsageFile::open(both.as_slice(), &limits).unwrap().manifest.month;
    let computed = |files: &[&[u8]]| -> Computed { compute(month, files, &limits, |_| {}).unwrap() };
    let told = summary::of(&computed(&[&both]));
    for files in [&[&*census, &*tested][..], &[&*tested, &*census], &[&*both, &*tested, &*both]] {
        assert_eq!(summary::of(&computed(files)), told);
    }
}
