//! The packs that come with the tool: every `rules/NAME.yaml`, as it is. Knows names and texts; must not know what they
//! say.

/// Name and text of every pack, by name.
pub static PACKS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// The text of a pack.
#[must_use]
pub fn text(name: &str) -> Option<&'static str> {
    PACKS.iter().find(|(pack, _)| *pack == name).map(|(_, text)| *text)
}

/// What a pack is for: the comment in its first line.
#[must_use]
pub fn about(text: &str) -> &str {
    text.lines().next().and_then(|line| line.strip_prefix('#')).map_or("", str::trim)
}
