//! Which characters nobody may write as they are where people read. Knows characters only.

/// Whether a character could steer a terminal, or hide or reorder what stands around it.
#[must_use]
pub fn is_treacherous(c: char) -> bool {
    // Bidirectional signs, blanks that nobody sees, line ends of Unicode, tags, and what is no character at all (which XML
    // cannot hold).
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}')
        || matches!(c, '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}')
        || matches!(c, '\u{E0000}'..='\u{E007F}')
}
