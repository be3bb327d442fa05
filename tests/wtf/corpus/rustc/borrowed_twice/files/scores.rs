use std::collections::HashMap;

pub struct Scores {
    scores: HashMap<String, u32>,
}

impl Scores {
    /// Give somebody as many points as the best one has.
    pub fn tie_with_best(&mut self, name: &str) -> u32 {
        let best = self.scores.iter().max_by_key(|(_, points)| **points);
        if let Some((leader, points)) = best {
            self.scores.insert(name.to_string(), *points);
            println!("{name} is level with {leader}");
            return *points;
        }
        0
    }
}
