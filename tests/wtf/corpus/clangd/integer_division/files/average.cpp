#include "ratings.hpp"

#include <cstddef>
#include <vector>

namespace shop {

// The mean of all stars that were given, 0 for an article without any.
double average(const std::vector<Rating>& ratings) {
  if (ratings.empty()) {
    return 0.0;
  }
  std::size_t sum = 0;
  for (const Rating& rating : ratings) {
    sum += rating.stars;
  }
  return sum / ratings.size();
}

}  // namespace shop
