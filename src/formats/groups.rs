//! Groups of findings, for people: by owner, rule or folder. Knows how groups are called only.

use crate::finding::Finding;

/// What findings are put together by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// Who owns the file.
    Owner,
    /// The rule.
    Rule,
    /// The folder of the file.
    Directory,
}

impl GroupBy {
    /// Every grouping with its spelling.
    pub const ALL: [(&'static str, GroupBy); 3] =
        [("owner", GroupBy::Owner), ("rule", GroupBy::Rule), ("directory", GroupBy::Directory)];

    /// What the group of a finding is called.
    #[must_use]
    pub fn group(self, finding: &Finding) -> String {
        match self {
            GroupBy::Owner => match finding.owners.as_deref() {
                None => "unknown".to_owned(),
                Some([]) => "nobody".to_owned(),
                Some(owners) => owners.iter().map(|owner| &**owner).collect::<Vec<_>>().join(" "),
            },
            GroupBy::Rule => finding.rule.to_string(),
            GroupBy::Directory if finding.path.parent().as_bytes().is_empty() => "./".to_owned(),
            GroupBy::Directory => format!("{}/", finding.path.parent()),
        }
    }
}
