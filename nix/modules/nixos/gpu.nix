# services.local-llm.gpu: the drivers. The servers' files choose the packages.
{
  config,
  lib,
  options,
  ...
}:
let
  cfg = config.services.local-llm;
  isNvidia = cfg.enable && cfg.gpu == "nvidia";

  # Between nixpkgs' own default and anything a user writes, lib.mkDefault included.
  unset = 1400;

  # What needs leave: the driver, and the server's package, which is built with CUDA.
  unfree = [
    config.hardware.nvidia.package
  ]
  ++ lib.optional (cfg.server != "none") config.services.${cfg.server}.package;
  evaluates = package: (builtins.tryEval package.drvPath).success;
in
{
  config = lib.mkMerge [
    (lib.mkIf (cfg.enable && cfg.gpu != "none") {
      hardware.graphics.enable = lib.mkDefault true;
    })
    (lib.mkIf isNvidia {
      # The whole NVIDIA module hangs on this, on a machine without a screen, too.
      services.xserver.videoDrivers = [ "nvidia" ];

      # Only so that evaluation reaches the assertion below: nixpkgs leaves null, on which it fails
      # with "expected a Boolean". The assertion holds whenever this value would be used.
      hardware.nvidia.open = lib.mkOverride unset false;

      assertions = [
        {
          assertion = options.hardware.nvidia.open.highestPrio < unset;
          message = ''
            services.local-llm.gpu = "nvidia" needs hardware.nvidia.open: true for Turing (GTX 16,
            RTX 20) and newer, false for older cards.
          '';
        }
        {
          assertion = lib.all evaluates unfree;
          message = ''
            services.local-llm.gpu = "nvidia" needs unfree packages: the NVIDIA driver and CUDA.
            Allow them with nixpkgs.config.allowUnfree = true, or name them in
            nixpkgs.config.allowUnfreePredicate. What nixpkgs refuses now:
            ${lib.concatMapStringsSep ", " lib.getName (lib.filter (package: !evaluates package) unfree)}
          '';
        }
      ];
    })
  ];
}
