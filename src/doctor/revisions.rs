//! Revisions that a gate compares with: is it the base of the change, or the change itself? Knows GitHub's and GitLab's spellings.

/// What a revision is, beside a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Revision {
    /// So many commits behind the head, by first parents.
    Behind(u32),
    /// The base of the change, which a deep clone has.
    Base,
    /// The change itself.
    Change,
    /// Nobody can tell.
    Unknown,
}

/// What a revision is.
pub(super) fn of(text: &str) -> Revision {
    let text = text.trim_matches(['"', '\'', ' ']);
    if let Some(rest) = text.strip_prefix("HEAD").or_else(|| text.strip_prefix('@')) {
        return behind(rest);
    }
    if let Some(inner) = text.strip_prefix("${{").and_then(|text| text.strip_suffix("}}")) {
        let parts = inner.split("||").map(|part| expression(part.trim()));
        return parts
            .reduce(|one, other| if one == other { one } else { Revision::Unknown })
            .unwrap_or(Revision::Unknown);
    }
    let branch = text.strip_prefix("origin/").unwrap_or(text);
    if let Some(inner) = branch.strip_prefix("${{").and_then(|text| text.strip_suffix("}}")) {
        return expression(inner.trim());
    }
    let bare: String = branch.chars().filter(|c| !"${}".contains(*c)).collect();
    match bare.as_str() {
        "main" | "master" | "HEAD" if branch == bare => Revision::Base,
        "GITHUB_BASE_REF"
        | "CI_MERGE_REQUEST_DIFF_BASE_SHA"
        | "CI_MERGE_REQUEST_TARGET_BRANCH_SHA"
        | "CI_MERGE_REQUEST_TARGET_BRANCH_NAME" => Revision::Base,
        "GITHUB_SHA"
        | "GITHUB_HEAD_REF"
        | "GITHUB_REF"
        | "GITHUB_REF_NAME"
        | "CI_COMMIT_SHA"
        | "CI_COMMIT_REF_NAME"
        | "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"
        | "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME" => Revision::Change,
        _ => Revision::Unknown,
    }
}

/// What follows `HEAD`.
fn behind(rest: &str) -> Revision {
    match rest {
        "" | "^0" | "~0" | "^2" | "@{0}" => Revision::Change,
        "^" | "^1" | "~" => Revision::Behind(1),
        _ => match rest.strip_prefix('~').and_then(|count| count.parse().ok()) {
            Some(0) => Revision::Change,
            Some(count) => Revision::Behind(count),
            None => Revision::Unknown,
        },
    }
}

fn expression(name: &str) -> Revision {
    match name {
        "github.event.pull_request.base.sha"
        | "github.event.merge_group.base_sha"
        | "github.base_ref"
        | "github.event.pull_request.base.ref"
        | "github.event.repository.default_branch" => Revision::Base,
        "github.sha"
        | "github.ref"
        | "github.ref_name"
        | "github.head_ref"
        | "github.event.pull_request.head.sha"
        | "github.event.pull_request.head.ref"
        | "github.event.merge_group.head_sha"
        | "github.event.pull_request.merge_commit_sha" => Revision::Change,
        _ => Revision::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_change_is_told_from_its_base() {
        for (text, is) in [
            ("HEAD^1", Revision::Behind(1)),
            ("HEAD~3", Revision::Behind(3)),
            ("HEAD", Revision::Change),
            ("HEAD^2", Revision::Change),
            ("HEAD~0", Revision::Change),
            ("@", Revision::Change),
            ("$GITHUB_SHA", Revision::Change),
            ("\"${GITHUB_SHA}\"", Revision::Change),
            ("${{ github.event.pull_request.head.sha }}", Revision::Change),
            ("${{ github.event.pull_request.base.sha }}", Revision::Base),
            ("${{ github.event.merge_group.base_sha || github.event.pull_request.base.sha }}", Revision::Base),
            ("${{ github.event.merge_group.base_sha || github.sha }}", Revision::Unknown),
            ("origin/main", Revision::Base),
            ("origin/$GITHUB_BASE_REF", Revision::Base),
            ("origin/${{ github.base_ref }}", Revision::Base),
            ("origin/$GITHUB_HEAD_REF", Revision::Change),
            ("$CI_MERGE_REQUEST_DIFF_BASE_SHA", Revision::Base),
            ("FETCH_HEAD", Revision::Unknown),
            ("$BASE", Revision::Unknown),
            ("HEAD^^", Revision::Unknown),
        ] {
            assert_eq!(of(text), is, "{text}");
        }
    }
}
