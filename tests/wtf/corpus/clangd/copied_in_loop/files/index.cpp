#include <cstddef>
#include <map>
#include <string>
#include <vector>

using Postings = std::map<std::string, std::vector<std::size_t>>;

// How many places all words of the index have together.
std::size_t places(const Postings& postings) {
  std::size_t sum = 0;
  for (const auto entry : postings) {
    sum += entry.second.size();
  }
  return sum;
}
