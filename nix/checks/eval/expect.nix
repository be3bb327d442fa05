# What a check of the evaluation is: a name, whether it holds, and what to say if not.
{ lib }:
let
  show = lib.generators.toPretty { multiline = false; };
in
rec {
  # Each takes a name and gives an attrset of one check; join them with `all`.
  equal = name: actual: wanted: {
    ${name} = {
      ok = actual == wanted;
      message = "expected ${show wanted}, got ${show actual}";
    };
  };

  holds = name: ok: message: { ${name} = { inherit ok message; }; };

  # Messages of the assertions that fail, as one text.
  refusals =
    config:
    lib.concatMapStringsSep "\n" (entry: entry.message) (
      lib.filter (entry: !entry.assertion) config.assertions
    );

  accepted =
    name: config: equal name (refusals config + lib.concatStringsSep "\n" config.warnings) "";

  # Some assertion fails, and its message holds every one of the words.
  refused =
    name: config: words:
    let
      said = refusals config;
    in
    holds name (
      lib.all (word: lib.hasInfix word said) words && said != ""
    ) "expected a refusal with ${show words}, got ${show said}";

  # Evaluation itself fails, as with a value of a wrong type.
  fails =
    name: value:
    holds name (!(builtins.tryEval (builtins.deepSeq value null)).success) "expected it to fail";

  # Two checks of one name would hide one.
  all = lib.foldl' (
    found: more:
    let
      twice = builtins.attrNames (builtins.intersectAttrs found more);
    in
    lib.throwIf (twice != [ ]) "two checks are called ${show twice}" (found // more)
  ) { };
}
