# llamafile is not in nixpkgs. A llamafile is one file, the server and a model; put it at the path
# below, readable and executable for all. The shell starts it because Linux does not know its
# format.
{ pkgs, ... }:
let
  file = "/var/lib/models/model.llamafile";
in
{
  systemd.services.llamafile = {
    description = "llamafile model server";
    wantedBy = [ "multi-user.target" ];
    after = [ "network.target" ];
    unitConfig.RequiresMountsFor = [ file ];
    # It unpacks its own loader into its home folder.
    environment.HOME = "%S/llamafile";

    serviceConfig = {
      ExecStart = "${pkgs.bash}/bin/sh ${file} --server --nobrowser --host 127.0.0.1 --port 8080";
      Restart = "on-failure";
      RestartSec = 5;

      DynamicUser = true;
      StateDirectory = "llamafile";
      StateDirectoryMode = "0700";
      WorkingDirectory = "%S/llamafile";
      UMask = "0077";

      CapabilityBoundingSet = "";
      LockPersonality = true;
      NoNewPrivileges = true;
      PrivateDevices = true; # false for a GPU
      PrivateTmp = true;
      PrivateUsers = true;
      ProtectClock = true;
      ProtectControlGroups = true;
      ProtectHome = true;
      ProtectHostname = true;
      ProtectKernelLogs = true;
      ProtectKernelModules = true;
      ProtectKernelTunables = true;
      ProtectProc = "invisible";
      ProtectSystem = "strict";
      RemoveIPC = true;
      RestrictAddressFamilies = "AF_INET AF_INET6 AF_UNIX";
      RestrictNamespaces = true;
      RestrictRealtime = true;
      RestrictSUIDSGID = true;
      SocketBindAllow = "tcp:8080";
      SocketBindDeny = "any";
      SystemCallArchitectures = "native";
      SystemCallFilter = [
        "@system-service"
        "~@privileged"
      ];
      # No MemoryDenyWriteExecute: the loader makes memory executable.
    };
  };
}
