# services.local-llm: a model server on this machine, reachable from this machine.
#
# It only arranges nixpkgs' own modules; nothing of the flake is needed to run it.
_: {
  imports = [
    ./nixos/options.nix
    ./nixos/ollama.nix
    ./nixos/llama-cpp.nix
    ./nixos/gpu.nix
  ];
}
