use std::env;

const WIDTH: usize = 60;

/// What stands above the prompt: "Grüß Gott, NAME", in the middle.
pub fn banner() -> &'static str {
    let name = env::var("USER").unwrap_or_else(|_| "nobody".to_string());
    let text = format!("{:^WIDTH$}", format!("Grüß Gott, {name}"));
    /* größer */ text.trim_end()
}
