#include "user.hpp"

#include <memory>
#include <string>
#include <utility>

class Session {
 public:
  explicit Session(std::shared_ptr<User> user) : user_(std::move(user)) {}

  // What the head of every page says.
  std::string greeting() const {
    const std::shared_ptr<User>& user = user_;
    return "Schön, dass du da bist, " + user->nickname + "!";
  }

 private:
  std::shared_ptr<User> user_;
};
