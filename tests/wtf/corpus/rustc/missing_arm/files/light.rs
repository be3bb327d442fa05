mod signal;

use signal::Light;

/// How long a light stays, in seconds.
pub fn seconds(light: Light, night: bool) -> u32 {
    if night {
        return 0;
    }
    match light {
        Light::Red => 40,
        Light::Green => 35,
    }
}
