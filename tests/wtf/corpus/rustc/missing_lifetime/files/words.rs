/// Words of a text, to be looked at and not kept.
pub struct Words<'a> {
    text: &'a str,
}

impl<'a> Words<'a> {
    pub fn of(text: &'a str) -> Self {
        Words { text }
    }

    pub fn longest(&self) -> Option<&'a str> {
        self.text.split_whitespace().reduce(|a, b| if b.len() > a.len() { b } else { a })
    }
}

/// The longer one of two words.
pub fn longer(one: &str, other: &str) -> &str {
    let best = if one.len() >= other.len() { one } else { other };
    best.trim_matches('"')
}
