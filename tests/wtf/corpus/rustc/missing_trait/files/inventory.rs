use std::collections::HashSet;

#[derive(Clone, PartialEq)]
pub struct Name {
    pub text: String,
}

pub struct Item {
    pub name: Name,
    pub count: u32,
}

/// The names of all items that are there, each once.
pub fn names(items: &[Item]) -> HashSet<Name> {
    let mut names = HashSet::new();
    for item in items.iter().filter(|item| item.count > 0) {
        names.insert(item.name.clone());
    }
    names
}
