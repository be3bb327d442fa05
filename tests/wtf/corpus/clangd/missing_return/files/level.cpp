#include "level.hpp"

#include <string_view>

namespace journal {

// The word that stands in front of an entry.
std::string_view word(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::warning:
      return "warning";
    case Level::error:
      break;
  }
}  // word

}  // namespace journal
