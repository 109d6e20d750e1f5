#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    api::fuzzing::headers(data);
    ingest::fuzzing::headers(data);
});
