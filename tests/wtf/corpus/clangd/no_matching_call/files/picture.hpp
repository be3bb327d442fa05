#pragma once

#include <string>

namespace gallery {

struct Picture {
  std::string title;
  int width = 0;
  int height = 0;
};

// Keeps the proportions.
Picture scaled(const Picture& picture, int width);

}  // namespace gallery
