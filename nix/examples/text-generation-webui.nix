# text-generation-webui is not in nixpkgs. It runs in a container whose image you build once, from
# the Dockerfile of a checkout of the project that you have read:
#
#     sudo podman build --tag localhost/text-generation-webui CHECKOUT/docker/cpu
#
# `--listen` opens its port inside the container; outside, the port is on 127.0.0.1 only.
{
  virtualisation.oci-containers = {
    backend = "podman";
    containers.text-generation-webui = {
      image = "localhost/text-generation-webui";
      pull = "never";
      cmd = [
        "python"
        "server.py"
        "--api"
        "--listen"
        "--nowebui"
      ];
      ports = [ "127.0.0.1:5000:5000" ];
      volumes = [ "/var/lib/models:/home/app/text-generation-webui/user_data/models:ro" ];
      extraOptions = [
        "--cap-drop=all"
        "--security-opt=no-new-privileges"
      ];
    };
  };
}
