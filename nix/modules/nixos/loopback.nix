# What is asserted of a server's place in the network. It looks at the options of nixpkgs' module,
# so that `services.ollama.host = "0.0.0.0"` beside this module is noticed, too.
exposed:
{
  # Dotted paths and values of the two options.
  hostOption,
  host,
  firewallOption,
  openFirewall,
}:
let
  isLoopback =
    builtins.match "127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}|localhost|::1|\\[::1]" host != null;
  advice = ''
    The server asks for no password: whoever reaches it can use it, and with Ollama also replace and
    delete its models. If that is wanted, set services.local-llm.exposeToNetwork = true and open the
    port on one interface only; doc/nixos.md says how, and how to put a password before it.
  '';
in
[
  {
    assertion = exposed || isLoopback;
    message = ''
      ${hostOption} = "${host}" lets other machines reach the model server.
      ${advice}'';
  }
  {
    assertion = exposed || !openFirewall;
    message = ''
      ${firewallOption} = true opens the model server's port on every interface.
      ${advice}'';
  }
]
