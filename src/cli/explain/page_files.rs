//! Pages as files. Knows which files are ours to write: those that begin with the mark of a page. Must not know what pages
//! say.

use crate::cli::{Exit, Shell, common, output};
use crate::disk::{absolute, plain};
use crate::formats::{INDEX_NAME, PAGE_MARK, escape, index_markdown, page_markdown, page_name};
use crate::page::Page;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// What stands where a page is to be written.
#[derive(Debug, PartialEq, Eq)]
enum There {
    /// Nothing.
    Nothing,
    /// A page that the tool wrote.
    Ours,
    /// Anything else, and what that is.
    Other(&'static str),
}

/// Writes one page into a file.
pub(super) fn write_one(page: &Page, file: &Path, shell: &mut Shell<'_>) -> Exit {
    let target = absolute(&shell.working, file);
    // Devices and pipes hold nothing that could be lost.
    let is_special = fs::metadata(&target).is_ok_and(|meta| !meta.is_file() && !meta.is_dir());
    if !is_special && let There::Other(what) = what_is_there(&target) {
        let what = format!("`{}` is not overwritten: {what}", file.display());
        return common::fail(shell, &what, "name another file, or move that one away");
    }
    match write(&target, &marked(&page_markdown(page))) {
        Ok(()) => Exit::Clean,
        Err(error) => lost(shell, file, &error),
    }
}

/// Writes all pages and their index into a folder, which is made where it is missing. Either none of them stands in the way
/// of somebody else's file, or nothing is written. Says which pages belong to no rule any more.
pub(super) fn write_all(pages: &[Page], folder: &Path, shell: &mut Shell<'_>) -> Exit {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    files.insert(INDEX_NAME.to_owned(), marked(&index_markdown(pages)));
    files.extend(pages.iter().map(|page| (page_name(&page.id), marked(&page_markdown(page)))));
    let target = absolute(&shell.working, folder);
    if let Err(error) = fs::create_dir_all(&target) {
        return lost(shell, folder, &error);
    }
    let others = files.keys().filter_map(|name| match what_is_there(&target.join(name)) {
        There::Other(what) => Some((name.clone(), what)),
        There::Nothing | There::Ours => None,
    });
    let others: Vec<(String, &'static str)> = others.collect();
    if !others.is_empty() {
        let listed: Vec<String> =
            others.iter().map(|(name, what)| format!("`{}`: {what}", folder.join(name).display())).collect();
        let what = format!("nothing was written, since this would be overwritten: {}", listed.join("; "));
        return common::fail(shell, &what, "name a folder that holds nothing but pages, or move these files away");
    }
    for (name, text) in &files {
        if let Err(error) = write(&target.join(name), text) {
            return lost(shell, &folder.join(name), &error);
        }
    }
    let mut written = writeln!(shell.out, "wrote {} pages into {}", files.len(), shown(folder));
    match stale(&target, &files) {
        Ok(stale) => {
            for name in stale {
                let file = shown(&folder.join(name));
                written = written.and_then(|()| writeln!(shell.out, "{file} belongs to no rule any more: remove it"));
            }
        }
        Err(error) => return lost(shell, folder, &error),
    }
    common::printed(shell, written, Exit::Clean)
}

fn shown(path: &Path) -> String {
    escape::line(&path.display().to_string()).into_owned()
}

fn marked(text: &str) -> String {
    format!("{PAGE_MARK}\n\n{text}")
}

/// Writes a file, unless it holds these bytes already.
fn write(file: &Path, text: &str) -> io::Result<()> {
    if fs::symlink_metadata(file).is_ok_and(|meta| meta.is_file()) && fs::read(file)? == text.as_bytes() {
        return Ok(());
    }
    output::to_file(file, |out| out.write_all(text.as_bytes()))
}

fn lost(shell: &mut Shell<'_>, file: &Path, error: &io::Error) -> Exit {
    let what = format!("`{}` could not be written: {}", file.display(), plain(error));
    common::fail(shell, &what, "free the place or name another one")
}

fn what_is_there(file: &Path) -> There {
    match fs::symlink_metadata(file) {
        // Nothing is there, or writing will say why.
        Err(_) => There::Nothing,
        Ok(meta) if meta.is_symlink() => There::Other("it is a link"),
        Ok(meta) if meta.is_dir() => There::Other("it is a folder"),
        Ok(meta) if !meta.is_file() => There::Other("it is no file"),
        Ok(_) if is_marked(file) => There::Ours,
        Ok(_) => There::Other("its first line is not that of a page that `policy explain` wrote"),
    }
}

/// Whether a file begins with the mark, and a line end.
fn is_marked(file: &Path) -> bool {
    let mut head = Vec::new();
    let read = fs::File::open(file).and_then(|file| file.take(PAGE_MARK.len() as u64 + 1).read_to_end(&mut head));
    let rest = head.strip_prefix(PAGE_MARK.as_bytes());
    read.is_ok() && rest.is_some_and(|rest| matches!(rest, b"\n" | b"\r"))
}

/// Pages in a folder that were not written this time.
fn stale(folder: &Path, written: &BTreeMap<String, String>) -> io::Result<Vec<PathBuf>> {
    let mut stale = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = PathBuf::from(entry.file_name());
        let is_page = name.extension().is_some_and(|suffix| suffix == "md");
        let is_new = name.to_str().is_some_and(|name| written.contains_key(name));
        if is_page && !is_new && entry.file_type()?.is_file() && is_marked(&entry.path()) {
            stale.push(name);
        }
    }
    stale.sort();
    Ok(stale)
}
