#pragma once

#include <string>

struct User {
  std::string login;
  std::string nick_name;
  bool admin = false;
};
