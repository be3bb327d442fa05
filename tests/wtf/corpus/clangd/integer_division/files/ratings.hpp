#pragma once

#include <string>

namespace shop {

struct Rating {
  std::string text;
  unsigned stars = 0;
};

}  // namespace shop
