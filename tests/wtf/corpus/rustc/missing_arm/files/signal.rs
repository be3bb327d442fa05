#[derive(Clone, Copy)]
pub enum Light {
    Red,
    Amber,
    Green,
}
