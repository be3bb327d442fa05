#pragma once

namespace journal {

enum class Level { debug, warning, error };

}  // namespace journal
