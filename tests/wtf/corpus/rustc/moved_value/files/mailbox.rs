#[derive(Debug)]
pub struct Letter {
    pub from: String,
    pub text: String,
}

#[derive(Default)]
pub struct Mailbox {
    letters: Vec<Letter>,
    log: Vec<String>,
}

impl Mailbox {
    /// Keep a letter and note where it came from.
    pub fn deliver(&mut self, letter: Letter) -> usize {
        self.letters.push(letter);
        self.log.push(format!("from {}", letter.from));
        self.letters.len()
    }
}
