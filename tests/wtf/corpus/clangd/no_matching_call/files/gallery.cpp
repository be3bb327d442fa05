#include "picture.hpp"

#include <vector>

namespace gallery {

// Small pictures for the page that shows them all.
std::vector<Picture> thumbnails(const std::vector<Picture>& pictures) {
  std::vector<Picture> small;
  small.reserve(pictures.size());
  for (const Picture& picture : pictures) {
    small.push_back(scaled(picture, "128"));
  }
  return small;
}

}  // namespace gallery
