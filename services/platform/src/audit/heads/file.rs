//! Files of heads: lines that are only ever added, each on the disk before anything is done on the strength of it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use uuid::Uuid;

use super::HeadError;

const EXTENSION: &str = "jws";

/// Many times a head.
const LINE_BYTES_MAX: u64 = 4 * 1024;
/// In which the last head is, unless somebody else wrote there.
const TAIL_BYTES: u64 = 16 * LINE_BYTES_MAX;

/// Of an Ed25519 signature in base64 without padding.
const SIGNATURE_CHARACTERS: usize = 86;

/// An organization's file, locked against other writers until it is dropped.
pub struct HeadFile {
    file: File,
    path: PathBuf,
}

impl HeadFile {
    /// Opens it to add a line, and makes it durably when there is none.
    pub fn append(folder: &Path, organization_id: Uuid) -> Result<Self, HeadError> {
        let path = path(folder, organization_id);
        let open = || {
            fs::create_dir_all(folder)?;
            let file = OpenOptions::new().read(true).append(true).create(true).open(&path)?;
            file.try_lock()?;
            if file.metadata()?.len() == 0 {
                File::open(folder)?.sync_all()?;
            }
            Ok(file)
        };
        let file = open().map_err(|cause| failure(&path, cause))?;
        Ok(Self { file, path })
    }

    /// The last lines, without the end of a line that began before them.
    pub fn tail(&self) -> Result<Vec<Vec<u8>>, HeadError> {
        let read = || {
            let mut file = &self.file;
            let begin = file.metadata()?.len().saturating_sub(TAIL_BYTES);
            file.seek(SeekFrom::Start(begin))?;
            let mut tail = Vec::new();
            file.take(TAIL_BYTES).read_to_end(&mut tail)?;
            Ok(tail)
        };
        let tail = read().map_err(|cause| failure(&self.path, cause))?;
        Ok(tail.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect())
    }

    /// Adds a line; returns when it is on the disk.
    pub fn add(&mut self, line: &str) -> Result<(), HeadError> {
        // It begins with the end of the line before, which a crash may have kept from being written.
        let write = |mut file: &File| {
            let begin = if ends_in_a_line(file)? { "" } else { "\n" };
            file.write_all(format!("{begin}{line}\n").as_bytes())?;
            file.sync_all()
        };
        write(&self.file).map_err(|cause| failure(&self.path, cause))
    }

    /// As an error.
    pub fn unsigned(&self) -> HeadError {
        HeadError::Unsigned(self.path.clone())
    }
}

fn ends_in_a_line(mut file: &File) -> io::Result<bool> {
    let Some(last) = file.metadata()?.len().checked_sub(1) else { return Ok(true) };
    let mut byte = [0];
    file.seek(SeekFrom::Start(last))?;
    file.read_exact(&mut byte)?;
    Ok(byte == *b"\n")
}

/// Makes an organization's file of these lines, durably; an error when there is one.
pub fn create(folder: &Path, organization_id: Uuid, lines: &[Vec<u8>]) -> Result<(), HeadError> {
    let path = path(folder, organization_id);
    let write = || {
        fs::create_dir_all(folder)?;
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        for line in lines {
            file.write_all(line)?;
            file.write_all(b"\n")?;
        }
        file.sync_all()?;
        File::open(folder)?.sync_all()
    };
    write().map_err(|cause| failure(&path, cause))
}

/// Hands over every line in order; false when there is no file.
pub fn lines(folder: &Path, organization_id: Uuid, mut each: impl FnMut(&[u8])) -> Result<bool, HeadError> {
    let path = path(folder, organization_id);
    let mut read = || {
        let mut file = BufReader::new(File::open(&path)?);
        let mut line = Vec::new();
        while file.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line)? > 0 {
            // A longer line comes in pieces, none of which is a head.
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            if !text.is_empty() {
                each(text);
            }
            line.clear();
        }
        Ok::<_, io::Error>(())
    };
    match read() {
        Ok(()) => Ok(true),
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(false),
        Err(cause) => Err(failure(&path, cause)),
    }
}

/// The organizations that have a file; none when there is no folder.
pub fn organizations(folder: &Path) -> Result<Vec<Uuid>, HeadError> {
    let read = || {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder)? {
            let name = PathBuf::from(entry?.file_name());
            let is_ours = name.extension().is_some_and(|extension| extension == EXTENSION);
            let id = name.file_stem().and_then(|stem| stem.to_str()?.parse::<Uuid>().ok());
            found.extend(id.filter(|_| is_ours));
        }
        Ok::<_, io::Error>(found)
    };
    match read() {
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        read => read.map_err(|cause| failure(folder, cause)),
    }
}

/// Whether a line has all parts of a JWS, to their ends.
pub fn is_whole(line: &[u8]) -> bool {
    let parts: Vec<&[u8]> = line.split(|byte| *byte == b'.').collect();
    matches!(parts[..], [_, _, signature] if signature.len() == SIGNATURE_CHARACTERS)
}

fn path(folder: &Path, organization_id: Uuid) -> PathBuf {
    folder.join(format!("{organization_id}.{EXTENSION}"))
}

fn failure(path: &Path, cause: io::Error) -> HeadError {
    HeadError::Io { path: path.to_owned(), cause }
}
