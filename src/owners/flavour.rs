//! Where CODEOWNERS files lie and whose rules hold for them. Knows the places and the signs of each service; must not know
//! what the rules are.

use super::gitlab;

/// Where a file may lie, and whose rules that place speaks for; the first that is there counts. The order is that of both
/// services at once: GitHub looks at the first three, GitLab at the last three. The two in the middle are GitHub's until
/// [`Flavour::of_file`] knows better.
pub const PLACES: &[(&str, Flavour)] = &[
    (".github/CODEOWNERS", Flavour::GitHub),
    ("CODEOWNERS", Flavour::GitHub),
    ("docs/CODEOWNERS", Flavour::GitHub),
    (".gitlab/CODEOWNERS", Flavour::GitLab),
];

/// Which service's rules hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flavour {
    /// The last rule that matches counts.
    GitHub,
    /// The last rule of each section that matches counts.
    GitLab,
}

impl Flavour {
    /// Whether this service looks for a file in one of [`PLACES`].
    #[must_use]
    pub fn looks_at(self, place: &str) -> bool {
        match self {
            Flavour::GitHub => !place.starts_with(".gitlab/"),
            Flavour::GitLab => !place.starts_with(".github/"),
        }
    }

    /// Whose rules hold for a file in one of [`PLACES`], when nobody says. A folder of one service's name answers. In the
    /// places that both share it is GitLab if the file says what only GitLab understands (a section, a role, a group in a
    /// group), or if the tree shows other signs of it (a file in `.gitlab/` that the first one hides); else GitHub.
    ///
    /// A file without any such sign is GitHub's even on GitLab. Who knows better, as a job of either service's CI does,
    /// need not ask.
    #[must_use]
    pub fn of_file(place: &str, bytes: &[u8], has_signs_of_gitlab: bool) -> Flavour {
        let is_shared = Flavour::GitHub.looks_at(place) && Flavour::GitLab.looks_at(place);
        let is_gitlab =
            if is_shared { has_signs_of_gitlab || gitlab::speaks(bytes) } else { Self::GitLab.looks_at(place) };
        if is_gitlab { Flavour::GitLab } else { Flavour::GitHub }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_rules_hold() {
        use Flavour::{GitHub, GitLab};
        for (place, text, signs, expected) in [
            (".github/CODEOWNERS", "[Docs]\n* @x", true, GitHub),
            (".gitlab/CODEOWNERS", "* @x", false, GitLab),
            ("CODEOWNERS", "* @x", false, GitHub),
            ("CODEOWNERS", "* @x", true, GitLab),
            ("docs/CODEOWNERS", "[Docs]\n* @x", false, GitLab),
        ] {
            assert_eq!(Flavour::of_file(place, text.as_bytes(), signs), expected, "{place} {text}");
        }
        for flavour in [GitHub, GitLab] {
            let places: Vec<_> = PLACES.iter().filter(|(place, _)| flavour.looks_at(place)).collect();
            assert_eq!(places.len(), 3);
        }
    }
}
