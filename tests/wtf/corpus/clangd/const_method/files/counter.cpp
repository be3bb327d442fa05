#include <cstdint>
#include <map>
#include <string>

class Cache {
 public:
  // Gives the value of a key, or an empty one.
  std::string get(const std::string& key) const {
    auto found = values_.find(key);
    if (found == values_.end()) {
      return {};
    }
    ++hits_;
    return found->second;
  }

  std::uint64_t hits() const { return hits_; }

 private:
  std::map<std::string, std::string> values_;
  std::uint64_t hits_ = 0;
};
