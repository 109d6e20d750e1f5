//! A store that is full: the caller comes again, and nothing half-written stays.

use super::{ACME_METER, Partners, file};

#[test]
fn a_full_store_asks_to_come_again() {
    let partners = Partners::new();
    let ingest = partners.service.start_role_with_small_store("ingest", "256k");
    let acme = partners.acme.at(ingest.server());
    let id = acme.accept(&file(ACME_METER, 0));
    for _ in 0..3 {
        let answer = acme.upload(&vec![b'x'; 1 << 20]).expect(503);
        assert_eq!(answer.json()["code"], "unavailable");
        assert_eq!(answer.header("retry-after"), "30");
    }
    // What did not fit is gone, so that what fits is taken; and what was taken before is known.
    acme.accept(&file(ACME_METER, 1));
    assert_eq!(acme.upload(&file(ACME_METER, 0)).expect(200).json()["duplicate_of"], id);
}
