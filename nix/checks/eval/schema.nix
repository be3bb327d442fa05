# The schema: fixed sentences, and for every option values made from its own description.
{ nixpkgs, ... }:
let
  inherit (nixpkgs) lib;
  inherit (import ./expect.nix { inherit lib; }) all equal holds;
  options = lib.importJSON ../../options.json;
  inherit (import ../../schema.nix { inherit lib; }) errors given;

  repeat = count: text: lib.concatStrings (lib.genList (_: text) count);

  # Strings with a pattern: one that fits, for each pattern there is.
  fitting = {
    keep_alive = "1h30m";
    language = "Deutsch";
    link = "https://example.org/{code}";
    url = "https://example.org/?q={query}";
  };

  right =
    name: option:
    {
      string = [
        (if option ? pattern then fitting.${name} else "text")
      ]
      ++ lib.optional (option ? max_length && !(option ? pattern)) (repeat option.max_length "é");
      integer = lib.optionals (option ? min) [
        option.min
        option.max
      ];
      number = [
        option.min
        option.max
        1
      ];
      boolean = [
        true
        false
      ];
      enum = option.choices;
      list = [ [ "one" ] ] ++ lib.optional (!(option ? min_length)) [ ];
      key = [
        "<leader>x"
        false
      ];
      auto = [
        "auto"
        option.min
        option.max
      ];
    }
    .${option.type}
    ++ lib.optional (option.nullable or false) null;

  wrong =
    option:
    [
      { no = "table"; }
      (x: x)
    ]
    ++ {
      string = [
        1
        true
        ./schema.nix
        [ "text" ]
        "line\nbreak"
      ]
      ++ lib.optional (option ? max_length) (repeat (option.max_length + 1) "é")
      ++ lib.optional (option ? min_length) ""
      ++ lib.optional (option ? ere) "\t";
      integer = [
        (option.min - 1)
        (option.max + 1)
        1.5
        "1"
      ];
      number = [
        (option.min - 0.5)
        (option.max + 0.5)
        "1"
      ];
      boolean = [
        0
        "true"
      ];
      enum = [
        "no such choice"
        1
      ];
      list = [
        "text"
        [ 1 ]
        [ null ]
      ]
      ++ lib.optional (option ? min_length) [ ];
      key = [
        true
        ""
        1
      ];
      auto = [
        "automatic"
        (option.min - 1)
        (option.max + 1)
        1.5
      ];
    }
    .${option.type}
    ++ lib.optional (!(option.nullable or false)) null;

  about =
    path: option:
    let
      names = map (name: if name == "*" then "mine" else name) (lib.splitString "." path);
      said = value: errors (lib.setAttrByPath names value);
      start = "${lib.concatStringsSep "." names}: expected ";
    in
    all [
      (holds "schema: right values of ${path}" (lib.all (value: said value == [ ]) (
        right (lib.last names) option
      )) "some were refused")
      (holds "schema: wrong values of ${path}" (lib.all (
        value: lib.length (said value) == 1 && lib.hasPrefix start (lib.head (said value))
      ) (wrong option)) "some were accepted, or not named as ${start}...")
    ];

  sentences = lib.imap0 (
    number: case:
    equal "schema: sentences of case ${toString number}" (lib.sort lib.lessThan (
      errors case.settings
    )) (lib.sort lib.lessThan case.errors)
  ) (lib.importJSON ../settings-cases.json);
in
all (
  sentences
  ++ lib.mapAttrsToList about options
  ++ [
    (equal "schema: a name like those of maps is unknown" (errors { backends."*".url = 1; }) [
      "backends[\"*\"]: no such option"
    ])
    (equal "schema: null is left out"
      (given {
        python = null;
        backend.url = null;
        keys.stop = false;
      })
      {
        backend = { };
        keys.stop = false;
      }
    )
  ]
)
