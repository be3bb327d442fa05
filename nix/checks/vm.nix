# What has to run to be believed, in virtual machines.
{
  self,
  pkgs,
  ...
}:
let
  inherit (pkgs.lib) fileset;
  fakes = fileset.toSource {
    root = ../../tests;
    fileset = fileset.fileFilter (file: file.hasExt "py") ../../tests/fakes;
  };

  # One of the made-up servers of the tests, in the place of Ollama. It serves for as long as its
  # standard input is open.
  modelServer =
    { pkgs, ... }:
    {
      systemd.services.model-server = {
        wantedBy = [ "multi-user.target" ];
        environment.PYTHONPATH = fakes;
        path = [ (pkgs.python3.withPackages (ps: [ ps.h11 ])) ];
        serviceConfig.DynamicUser = true;
        script = ''
          tail -f /dev/null | python -m fakes.serve ollama --port 11434
        '';
      };
    };
in
{
  # `machine` is the system of doc/nixos.md with a made-up Ollama: `:LocalExplain` shows its answer,
  # and `:checkhealth` finds nothing wrong. `server` has Ollama itself, without a model: it listens
  # on loopback only, and is started again when it dies.
  vm = pkgs.testers.runNixOSTest {
    name = "local-llm";
    node.specialArgs.local-llm = self;
    nodes.machine =
      { lib, ... }:
      {
        imports = [
          ../examples/box/local-llm.nix
          modelServer
        ];
        services.local-llm = {
          server = lib.mkForce "none";
          models = lib.mkForce [ ];
        };
        users.users.me.isNormalUser = true;
      };
    nodes.server = {
      imports = [ self.nixosModules.default ];
      services.local-llm.enable = true;
    };
    testScript = ''
      import shlex

      ADDRESS = "127.0.0.1:11434"


      def as_me(command: str) -> str:
          return machine.succeed(f"su - me -c {shlex.quote(command)}")


      start_all()

      with subtest("an answer, and a clean bill of health"):
          machine.wait_for_unit("model-server.service")
          machine.wait_for_open_port(11434, "127.0.0.1")
          machine.copy_from_host("${./explain.lua}", "/tmp/explain.lua")
          as_me(r"printf 'local t = {}\n\nfunction t.first() return t[1] end\n' > a.lua")
          as_me(
              "EXPECTED_ANSWER='Hello, world.' "
              "nvim --headless -n -i NONE a.lua -c 'luafile /tmp/explain.lua'"
          )
          as_me("nvim --headless -n -i NONE -c 'checkhealth local_llm' -c 'write! health' -c 'qall!'")
          health = as_me("cat health")
          assert "named by the package" in health, health
          assert ADDRESS in health, health
          assert "ERROR" not in health, health

      with subtest("the server is reached from its own machine only"):
          server.wait_for_unit("ollama.service")
          server.wait_until_succeeds(f"curl --fail http://{ADDRESS}/api/version")
          listening = server.succeed("ss --no-header --listening --tcp --numeric sport = :11434")
          assert len(listening.splitlines()) == 1, listening
          assert listening.split()[3] == ADDRESS, listening
          machine.succeed("ping -c 1 server")
          machine.fail("curl --max-time 5 http://server:11434/api/version")

      with subtest("the server is started again"):
          server.succeed("systemctl kill --signal=KILL ollama.service")
          server.wait_until_succeeds("systemctl show --property=NRestarts ollama.service | grep '=1$'")
          server.wait_until_succeeds(f"curl --fail http://{ADDRESS}/api/version")
    '';
  };
}
