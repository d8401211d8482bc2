//! The oldest Python that a project admits, as its manifest says. Knows where manifests say so; must not know policies.

use crate::project::standard_library::{NEWEST, OLDEST};
use crate::readers::tree::toml;

/// Files that may say it, the first that does so first.
pub const SAYS_PYTHON: [&str; 3] = ["pyproject.toml", "setup.cfg", "setup.py"];

/// The oldest Python that a manifest of this name admits; `None` where it says nothing, or names one that nobody
/// knows yet.
#[must_use]
pub fn oldest_python(name: &str, manifest: &str) -> Option<(u8, u8)> {
    let manifest = manifest.strip_prefix('\u{FEFF}').unwrap_or(manifest);
    let oldest = match name {
        "pyproject.toml" => pyproject(manifest),
        "setup.cfg" => oldest_of(&setup_cfg(manifest)?),
        _ => oldest_of(setup_py(manifest)?),
    }?;
    // Older ones are as good as the oldest that a policy can have as its target.
    let oldest = oldest.max((3, OLDEST));
    (oldest.0 == 3 && oldest.1 <= NEWEST).then_some(oldest)
}

/// `requires-python` of the project (PEP 621), else the `python` of poetry, by itself or with its `version`.
fn pyproject(text: &str) -> Option<(u8, u8)> {
    let tree = toml::parse(text);
    let first = |path: &[&str]| tree.root.at(path).iter().find_map(|item| Some(item.text()?.text().to_owned()));
    if let Some(own) = first(&["project", "requires-python"]) {
        return oldest_of(&own);
    }
    let poetry = ["tool", "poetry", "dependencies", "python"];
    let own = first(&poetry).or_else(|| first(&["tool", "poetry", "dependencies", "python", "version"]))?;
    own.split("||").map(oldest_of_poetry).collect::<Option<Vec<_>>>()?.into_iter().min()
}

/// The value of `python_requires` below `[options]`, over all its lines.
fn setup_cfg(text: &str) -> Option<String> {
    let mut is_within = false;
    let mut found: Option<String> = None;
    for line in text.lines().filter(|line| !line.trim_start().starts_with(['#', ';']) && !line.trim().is_empty()) {
        if line.starts_with([' ', '\t']) {
            if let Some(value) = &mut found {
                value.push_str(line);
            }
            continue;
        }
        if found.is_some() {
            break;
        }
        if let Some(section) = line.strip_prefix('[') {
            is_within = section.split(']').next() == Some("options");
        } else if is_within && let Some((key, value)) = line.split_once(['=', ':']) {
            let key = key.trim().to_ascii_lowercase().replace('-', "_");
            found = (key == "python_requires").then(|| value.to_owned());
        }
    }
    found
}

/// The string that is handed over as `python_requires`, wherever it stands in a line.
fn setup_py(text: &str) -> Option<&str> {
    let own = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    own.flat_map(|line| line.match_indices("python_requires").map(move |(at, word)| (line, at + word.len()))).find_map(
        |(line, end)| {
            let rest = line.get(end..)?.trim_start_matches(['"', '\'']).trim_start();
            let rest = rest.strip_prefix(['=', ':'])?.trim_start();
            let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            rest.get(1..)?.split(quote).next()
        },
    )
}

/// The oldest version that specifiers admit (PEP 440).
fn oldest_of(specifiers: &str) -> Option<(u8, u8)> {
    bounds(specifiers.split(','), &[">=", "~=", "===", "==", ">"])
}

/// The same as poetry writes them: also `^3.9`, `~3.9`, `3.9.*`, and blanks between them.
fn oldest_of_poetry(specifiers: &str) -> Option<(u8, u8)> {
    let joined = specifiers.replace("= ", "=").replace("> ", ">").replace("< ", "<");
    bounds(joined.split([',', ' ']), &[">=", "~=", "==", "^", "~", ">", ""])
}

fn bounds<'s>(parts: impl Iterator<Item = &'s str>, signs: &[&str]) -> Option<(u8, u8)> {
    let version = |part: &str| {
        let part = part.trim();
        let rest = signs.iter().find_map(|sign| part.strip_prefix(sign))?;
        let mut numbers = rest.trim().split('.');
        let major: u8 = numbers.next()?.trim().parse().ok()?;
        let minor = numbers.next().unwrap_or("0");
        let digits =
            minor.find(|c: char| !c.is_ascii_digit()).map_or(minor, |end| minor.get(..end).unwrap_or_default());
        Some((major, if minor == "*" { 0 } else { digits.parse().ok()? }))
    };
    parts.filter_map(version).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pyproject_says_it_in_one_place() {
        for (text, expected) in [
            ("[project]\nname = \"x\"\nrequires-python = '>=3.10,<4'", Some((3, 10))),
            ("project.requires-python = \"<4, >= 3.9\"", Some((3, 9))),
            ("[project]\nrequires-python = \"~=3.12.1\"", Some((3, 12))),
            ("[project]\nrequires-python = \">3.8\"", Some((3, 8))),
            ("[project]\nrequires-python = \">=2.7\"", Some((3, 8))),
            ("[project]\nrequires-python = \"!=3.9.*\"", None),
            ("[project]\nrequires-python = \"\"", None),
            ("[tool.x]\nrequires-python = \">=3.14\"\n[project]\nrequires-python = \">=3.9\"", Some((3, 9))),
            ("[project]\ndescription = \"\"\"\nrequires-python = '>=3.14'\n\"\"\"\n", None),
            ("[tool.poetry.dependencies]\npython = \"^3.8\"\nrequests = \"*\"", Some((3, 8))),
            ("[tool.poetry.dependencies]\npython = { version = \">= 3.9 <3.13\" }", Some((3, 9))),
            ("[tool.poetry.dependencies]\npython = \"~3.11 || ^3.10\"", Some((3, 10))),
            ("[tool.poetry.dependencies]\npython = \"3.11.*\"", Some((3, 11))),
            ("[tool.poetry.dependencies]\npython = \"*\"", None),
            ("[tool.poetry.dependencies]\npython = \"^3.8\"\n[project]\nrequires-python = \">=3.9\"", Some((3, 9))),
        ] {
            assert_eq!(oldest_python("pyproject.toml", text), expected, "{text}");
        }
    }

    #[test]
    fn so_do_older_manifests() {
        for (name, text, expected) in [
            ("setup.cfg", "[options]\npython_requires = >=3.8", Some((3, 8))),
            ("setup.cfg", "[options]\npython_requires =\n    >=3.9\n    , <4\nx = 1", Some((3, 9))),
            ("setup.cfg", "[tool]\npython_requires = >=3.8\n[options]\n# python_requires = >=3.9", None),
            ("setup.py", "setup(\n    python_requires=\">= 3.11\",\n)", Some((3, 11))),
            ("setup.py", "setup(name='x', python_requires='>=3.9', x='>=3.10')", Some((3, 9))),
            ("setup.py", "# python_requires='>=3.9'\nsetup(python_requires=OLDEST)", None),
            ("setup.py", "setup(**{\"python_requires\": \">=3.9\"})", Some((3, 9))),
        ] {
            assert_eq!(oldest_python(name, text), expected, "{text}");
        }
    }
}
