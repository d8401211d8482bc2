//! Values of variables, as far as a file says them. Knows that a variable may have one of several; must not know any syntax.

use super::Word;
use rustc_hash::FxHashMap;

/// All values of a variable together are so long at most; longer ones are known to the running shell alone.
const MOST_BYTES: usize = 1 << 20;

/// What a variable may stand for.
#[derive(Clone, Debug, Default)]
pub(in crate::readers) struct Value {
    /// Its text; of several values, all, with blanks between them.
    pub(in crate::readers) word: Word,
    /// Whether its words are values of their own, in quotes as well: those of a loop or of an array, or such that depend
    /// on what runs.
    pub(in crate::readers) is_list: bool,
}

/// Values of variables.
#[derive(Clone, Debug, Default)]
pub(in crate::readers) struct Variables(FxHashMap<String, Value>);

impl Variables {
    /// What a variable may stand for.
    pub(in crate::readers) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The variable has this value from here on.
    pub(in crate::readers) fn set(&mut self, name: &str, word: Word) {
        self.0.insert(name.to_owned(), Value { word, is_list: false });
    }

    /// The variable has each of these values in turn.
    pub(in crate::readers) fn set_all(&mut self, name: &str, words: impl Iterator<Item = Word>) {
        let mut value = Value { word: Word::default(), is_list: true };
        words.for_each(|word| value.push(&word, " "));
        self.0.insert(name.to_owned(), value);
    }

    /// The variable may have this value as well as what it has already.
    pub(in crate::readers) fn may_be(&mut self, name: &str, word: Word) {
        match self.0.get_mut(name) {
            Some(value) if value.word.text.text() == word.text.text() => {}
            Some(value) => {
                value.push(&word, " ");
                value.is_list = true;
            }
            None => self.set(name, word),
        }
    }

    /// Appends to what the variable has.
    pub(in crate::readers) fn append(&mut self, name: &str, word: &Word, between: &str) {
        self.0.entry(name.to_owned()).or_default().push(word, between);
    }

    /// Appends further values of a list.
    pub(in crate::readers) fn append_all(&mut self, name: &str, words: impl Iterator<Item = Word>) {
        let value = self.0.entry(name.to_owned()).or_default();
        value.is_list = true;
        words.for_each(|word| value.push(&word, " "));
    }

    /// Puts another value in, or none; hands out the one before.
    pub(in crate::readers) fn replace(&mut self, name: &str, value: Option<Value>) -> Option<Value> {
        match value {
            Some(value) => self.0.insert(name.to_owned(), value),
            None => self.0.remove(name),
        }
    }
}

impl Value {
    fn push(&mut self, word: &Word, between: &str) {
        if self.word.text.text().len() + word.text.text().len() > MOST_BYTES {
            self.word.open = true;
            return;
        }
        if !self.word.text.is_empty() && !between.is_empty() {
            self.word.text.push_for(between, word.text.whole());
        }
        self.word.text.append(&word.text, 0..word.text.text().len());
        self.word.open |= word.open;
    }
}
