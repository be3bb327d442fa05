{
  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";
    local-llm.url = "URL";
    local-llm.inputs.nixpkgs.follows = "nixpkgs";
  };

  outputs =
    { nixpkgs, local-llm, ... }:
    {
      nixosConfigurations.box = nixpkgs.lib.nixosSystem {
        specialArgs = { inherit local-llm; };
        modules = [
          ./configuration.nix
          ./local-llm.nix
        ];
      };
    };
}
