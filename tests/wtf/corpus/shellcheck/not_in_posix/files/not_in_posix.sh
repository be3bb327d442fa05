#!/bin/sh
# Greet whoever logs in, in the language of the machine.

greeting_of() {
  local name=$1
  case ${LANG:-C} in
    de*) echo "Guten Tag, $name" ;;
    *) echo "Hello, $name" ;;
  esac
}

greeting_of "${USER:-nobody}"
