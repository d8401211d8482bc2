//! Embeds the packs: every `rules/NAME.yaml` becomes the pack `NAME`. A new pack is a new file, and no code.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("rules");
    println!("cargo::rerun-if-changed=rules");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|suffix| suffix == "yaml"));
    files.sort();
    let mut table = vec!["&[".to_owned()];
    for file in &files {
        println!("cargo::rerun-if-changed={}", file.display());
        let name = file.file_stem().and_then(|name| name.to_str()).ok_or_else(|| io::Error::other("a pack's name"))?;
        table.push(format!("    ({name:?}, include_str!({:?})),", file.display().to_string()));
    }
    table.push("]".to_owned());
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    fs::write(Path::new(&out).join("packs.rs"), table.join("\n"))
}
