//! Where reports go: standard output, or files that are written whole or not at all. Knows destinations only.

use super::Shell;
use crate::formats::{Format, Telling};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// One report to be written.
pub(super) struct Destination {
    /// How.
    pub format: &'static dyn Format,
    /// Where; standard output when `None`.
    pub file: Option<PathBuf>,
}

/// Whether two reports would go to one file, or one of them over a file that the run is about.
///
/// # Errors
/// In words: what, and what to do.
pub(super) fn clash(destinations: &[Destination], kept: &[(PathBuf, &str)]) -> Result<(), (String, String)> {
    let mut taken: Vec<Option<PathBuf>> = Vec::new();
    for destination in destinations {
        let file = destination.file.as_deref().map(real);
        let name = destination.file.as_deref().unwrap_or(Path::new("-")).display();
        // Whatever is written to a device is gone or told in turn.
        let is_file = |file: &PathBuf| !is_special(file);
        if taken.contains(&file) && file.as_ref().is_none_or(is_file) {
            return Err((format!("two reports would go to `{name}`"), "give each report a file of its own".to_owned()));
        }
        if let Some((_, what)) = kept.iter().find(|(path, _)| file.as_ref() == Some(&real(path))) {
            let help = "name another file for the report";
            return Err((format!("the report would be written over {what} `{name}`"), help.to_owned()));
        }
        taken.push(file);
    }
    Ok(())
}

/// A path without links, as far as it exists.
pub(super) fn real(path: &Path) -> PathBuf {
    follow(path, 16)
}

fn follow(path: &Path, hops: u8) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    // A link that leads to nothing yet: what it leads to will be written.
    if let Ok(target) = std::fs::read_link(path)
        && hops > 0
    {
        return follow(&folder_of(path).join(target), hops - 1);
    }
    match (folder_of(path).canonicalize(), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_path_buf(),
    }
}

/// The folder that a file lies in.
fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether a path is another spelling of standard output.
#[must_use]
pub(super) fn is_standard(file: &Path) -> bool {
    ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].iter().any(|name| file.as_os_str() == *name)
}

/// Whether a path is a device or a pipe, which cannot be replaced by a whole file.
fn is_special(file: &Path) -> bool {
    std::fs::metadata(file).is_ok_and(|meta| !meta.is_file() && !meta.is_dir())
        || ["/dev/fd", "/dev/stdout", "/dev/stderr", "/proc"].iter().any(|folder| file.starts_with(folder))
}

/// What to do when a file could not be written.
#[must_use]
pub(super) fn help_for(file: Option<&Path>) -> &'static str {
    match file {
        None => "the place behind standard output is full or closed; `--output FILE` writes the report to a file",
        Some(file) if file.is_dir() => "it is a folder: name a file in it",
        Some(file) if !folder_of(file).is_dir() => "create its folder first, or name another file",
        Some(_) => "free the place, mend the rights, or name another file",
    }
}

/// Writes a report to its destination.
///
/// # Errors
/// In words, when it could not be written; empty words when the reader of a pipe is gone.
pub(super) fn write(destination: &Destination, telling: &Telling<'_>, shell: &mut Shell<'_>) -> Result<(), String> {
    let told = match &destination.file {
        None => {
            let mut out = BufWriter::new(&mut *shell.out);
            destination.format.write(telling, &mut out).and_then(|()| out.flush())
        }
        Some(file) => to_file(file, |out| destination.format.write(telling, out)),
    };
    told.map_err(|error| match &destination.file {
        None if error.kind() == io::ErrorKind::BrokenPipe => String::new(),
        None => format!("the report could not be written: {}", crate::disk::plain(&error)),
        Some(file) => {
            format!("the report `{}` could not be written: {}", file.display(), crate::disk::plain(&error))
        }
    })
}

/// Writes a file through a temporary one beside it, so that nobody ever sees half a report. Devices and pipes are
/// written to directly.
///
/// # Errors
/// When the system refuses.
pub(super) fn to_file(file: &Path, write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>) -> io::Result<()> {
    if is_special(file) {
        // Behind a descriptor, a file may stand in which there is something already.
        let mut out = BufWriter::new(std::fs::OpenOptions::new().append(true).open(file)?);
        write(&mut out)?;
        return out.flush();
    }
    // A link stays a link: what it leads to is replaced.
    let target = real(file);
    let file = target.as_path();
    if file.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut temporary = builder(file).prefix(".policy-").tempfile_in(folder_of(file))?;
    {
        let mut out = BufWriter::with_capacity(1 << 17, temporary.as_file_mut());
        write(&mut out)?;
        out.flush()?;
    }
    temporary.persist(file).map_err(|error| error.error)?;
    Ok(())
}

/// A temporary file with the rights of the file that it will replace; a new one is for everybody whom the user's own
/// mask lets in.
pub(super) fn builder(file: &Path) -> tempfile::Builder<'_, 'static> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let rights = std::fs::metadata(file).map(|meta| meta.permissions());
        builder.permissions(rights.unwrap_or_else(|_| std::fs::Permissions::from_mode(0o666)));
    }
    builder
}
