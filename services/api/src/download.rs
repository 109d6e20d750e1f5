//! Long answers in constant memory: the next chunk is made when the one before is on its way.

use actix_web::web::Bytes;
use futures_util::Stream;
use futures_util::stream::try_unfold;
use std::fs::File;
use std::io::{self, Read};

/// Read from a file at once.
const CHUNK_BYTES: u64 = 256 * 1024;

/// The bytes of a file. A thread is held while a chunk is read and not while a slow reader takes it.
pub fn file_stream(file: File) -> impl Stream<Item = io::Result<Bytes>> + use<> {
    try_unfold(file, async |file| {
        let read = tokio::task::spawn_blocking(move || read_chunk(file)).await.map_err(io::Error::other)?;
        let (chunk, file) = read?;
        Ok((!chunk.is_empty()).then_some((chunk, file)))
    })
}

fn read_chunk(file: File) -> io::Result<(Bytes, File)> {
    let mut chunk = Vec::new();
    let mut part = file.take(CHUNK_BYTES);
    part.read_to_end(&mut chunk)?;
    Ok((chunk.into(), part.into_inner()))
}
