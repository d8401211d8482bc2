//! Shells of steps: which failures stop a script (GitHub docs, "Workflow syntax", `jobs.<job_id>.steps[*].shell`). Knows the spellings
//! that are safe to judge; every other one is unknown.

/// How a shell treats failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shell {
    /// Which one it is.
    pub(super) kind: Kind,
    /// A failing command ends the script (`-e`).
    pub(super) stops: bool,
    /// A pipe fails with any of its commands (`pipefail`).
    pub(super) pipes: bool,
}

/// A kind of shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `bash` or `sh`.
    Posix,
    /// It ends as its last program does, and does not stop by itself.
    Power,
    /// Nobody knows.
    Unknown,
}

impl Shell {
    /// `sh -e`.
    pub(super) const PLAIN: Self = Self { kind: Kind::Posix, stops: true, pipes: false };
    /// `bash -eo pipefail`.
    pub(super) const BASH: Self = Self { kind: Kind::Posix, stops: true, pipes: true };

    /// The shell of a step. Without a name it is `bash -e {0}`, which knows no `pipefail`; on Windows, `PowerShell`.
    pub(super) fn of(name: Option<&str>, runs_on: &str) -> Self {
        match name.map(str::trim) {
            None if runs_on.to_lowercase().contains("windows") => {
                Self { kind: Kind::Power, stops: false, pipes: false }
            }
            None | Some("sh") => Self::PLAIN,
            Some("bash") => Self::BASH,
            Some("pwsh" | "powershell") => Self { kind: Kind::Power, stops: false, pipes: false },
            Some(custom) => Self::custom(custom).unwrap_or(Self { kind: Kind::Unknown, stops: false, pipes: false }),
        }
    }

    /// `bash -eo pipefail {0}`.
    fn custom(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (program, rest) = words.split_first()?;
        let (last, flags) = rest.split_last()?;
        let is_known = ["bash", "sh", "/bin/bash", "/bin/sh", "/usr/bin/bash", "/usr/bin/sh"].contains(program);
        (is_known && *last == "{0}").then_some(())?;
        Self::flags(flags)
    }

    /// What flags come to; `None` where one is not known to be harmless.
    pub(super) fn flags(flags: &[&str]) -> Option<Self> {
        let mut shell = Self { stops: false, ..Self::PLAIN };
        let rest = flags.iter().copied().filter(|flag| !["--noprofile", "--norc", "--login", "-l"].contains(flag));
        let rest: Vec<&str> = rest.collect();
        shell.set(&rest).then_some(shell)
    }

    /// `set -e`, `set +e`, `set -o pipefail`; false where one of the options is not known to be harmless.
    pub(super) fn set(&mut self, words: &[&str]) -> bool {
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let is_on = word.starts_with('-');
            let letters = match word.strip_prefix(['-', '+']) {
                Some(letters) if !letters.is_empty() => letters,
                _ => return false,
            };
            for letter in letters.chars() {
                match letter {
                    'e' => self.stops = is_on,
                    'u' | 'x' | 'v' | 'E' => {}
                    'o' => match words.next().copied() {
                        Some("pipefail") => self.pipes = is_on,
                        Some("errexit") => self.stops = is_on,
                        Some("nounset" | "xtrace" | "verbose" | "errtrace") => {}
                        _ => return false,
                    },
                    _ => return false,
                }
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shells_of_steps() {
        assert_eq!(Shell::of(None, "ubuntu-latest"), Shell::PLAIN);
        assert_eq!(Shell::of(None, "windows-latest").kind, Kind::Power);
        assert_eq!(Shell::of(Some("bash"), ""), Shell::BASH);
        assert!(!Shell::of(Some("bash {0}"), "").stops);
        assert_eq!(Shell::of(Some("bash -euo pipefail {0}"), ""), Shell::BASH);
        assert_eq!(Shell::of(Some("bash --noprofile --norc -e -o pipefail {0}"), ""), Shell::BASH);
        for odd in
            ["bash -n {0}", "true {0} sh", "cat sh {0}", "/bin/true {0}", "python", "bash -c true {0}", "cmd", "bash"]
        {
            let is_known = odd == "bash";
            assert_eq!(Shell::of(Some(odd), "").kind != Kind::Unknown, is_known, "{odd}");
        }
    }
}
