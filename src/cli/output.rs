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
    // A link stays a link: what it leads to is replaced.
    let target = file.canonicalize().unwrap_or_else(|_| file.to_path_buf());
    let file = target.as_path();
    let is_special = std::fs::metadata(file).is_ok_and(|meta| !meta.is_file())
        || ["/dev/fd", "/dev/stdout", "/dev/stderr", "/proc"].iter().any(|folder| file.starts_with(folder));
    if is_special {
        let mut out = BufWriter::new(std::fs::OpenOptions::new().write(true).open(file)?);
        write(&mut out)?;
        return out.flush();
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut temporary = builder(file).prefix(".policy-").tempfile_in(folder)?;
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
fn builder(file: &Path) -> tempfile::Builder<'_, 'static> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let rights = std::fs::metadata(file).map(|meta| meta.permissions());
        builder.permissions(rights.unwrap_or_else(|_| std::fs::Permissions::from_mode(0o666)));
    }
    builder
}
