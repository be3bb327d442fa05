# The check of a `setup{}` when it is evaluated: values and nix/options.json -> error sentences.
#
# The wording is that of python/local_llm/options.py and lua/local_llm/options.lua, so that a user
# reads the same sentence from Nix, at start-up and from :checkhealth. No sentence holds a value.
{
  lib,
  options ? lib.importJSON ./options.json,
}:
let
  inherit (builtins)
    attrNames
    filter
    isAttrs
    isBool
    isFloat
    isInt
    isList
    isString
    length
    match
    stringLength
    ;

  # Options as a tree: a leaf has `option`, a table `children`; `*` stands for the user's own names.
  tree = lib.foldlAttrs (
    node: path: option:
    lib.recursiveUpdate node (
      lib.foldr (name: below: { children.${name} = below; }) { inherit option; } (
        lib.splitString "." path
      )
    )
  ) { children = { }; } options;

  # Text in UTF-8 has a character for each byte that does not continue one (0x80 to 0xBF).
  characters =
    text: length (filter (byte: byte < lowest || byte > highest) (lib.stringToCharacters text));
  lowest = builtins.substring 1 1 "À";
  highest = builtins.substring 1 1 "ÿ";

  # Written as JSON in the Lua file, where Lua would read it differently; no option needs one.
  control = builtins.fromJSON ''"[\u0001-\u001f\u007f]"'';
  isText = value: isString value && match ".*${control}.*" value == null;

  within = option: size: size >= option.min or size && size <= option.max or size;
  fitsIn = option: size: size >= option.min_length or size && size <= option.max_length or size;

  accepts = {
    string =
      option: value:
      isText value
      && fitsIn option (characters value)
      && (!(option ? ere) || match option.ere value != null);
    integer = option: value: isInt value && within option value;
    number = option: value: (isInt value || isFloat value) && within option value;
    boolean = _: isBool;
    enum = option: value: lib.elem value option.choices;
    list = option: value: isList value && lib.all isText value && fitsIn option (length value);
    key = _: value: value == false || (isText value && value != "");
    auto = option: value: value == "auto" || (isInt value && within option value);
  };

  words = {
    string = "a string";
    integer = "a whole number";
    number = "a number";
    boolean = "true or false";
    list = "a list of strings";
    key = ''a key such as "gr", or false'';
    auto = ''"auto" or a whole number'';
  };

  bounds =
    option:
    if option ? min then
      " from ${figure option.min} to ${figure option.max}"
    else if option ? max_length then
      " of at most ${figure option.max_length} characters"
    else
      lib.optionalString (option ? pattern) " in the form that the help shows";

  # 600.0 is 600 to people.
  figure =
    number: toString (if builtins.floor number == number then builtins.floor number else number);

  expected =
    node:
    if node ? children then
      "a table"
    else if node.option ? choices then
      "one of " + lib.concatMapStringsSep ", " (choice: ''"${choice}"'') node.option.choices
    else
      words.${node.option.type} + bounds node.option;

  # `guard.allow_remote_hosts["10.0.0.5"].insecure`; what a user made up is shortened.
  dotted = lib.foldl' (
    text: name:
    let
      short = builtins.substring 0 60 name;
      plain = match "[A-Za-z_][A-Za-z0-9_-]*" name != null;
    in
    text + (if plain then lib.optionalString (text != "") "." + short else "[${builtins.toJSON short}]")
  ) "";

  # The option that was probably meant: a sibling, else one of that very name elsewhere.
  nearest =
    path: siblings:
    let
      word = lib.toLower (builtins.substring 0 60 (lib.last path));
      distance = sibling: if begins sibling then 1 else lib.strings.levenshtein word sibling;
      begins = sibling: stringLength word > 2 && lib.hasPrefix word sibling;
      most = lib.max 1 (stringLength word * 4 / 10);
      close = lib.sortOn distance (filter (sibling: distance sibling <= most) siblings);
      namesakes = filter (lib.hasSuffix ".${lib.last path}") (
        filter (name: !lib.hasInfix "*" name) (attrNames options)
      );
    in
    if close != [ ] then
      dotted (lib.init path ++ [ (lib.head close) ])
    else
      lib.optionalString (namesakes != [ ]) (lib.head namesakes);

  unknown =
    path: node:
    let
      meant = nearest path (filter (name: name != "*") (attrNames node.children));
    in
    "${dotted path}: no such option" + lib.optionalString (meant != "") "; did you mean ${meant}?";

  at =
    path: node: value:
    if node ? children then
      (if isAttrs value && !lib.isDerivation value then below path node value else [ (wrong path node) ])
    else if
      value == null && node.option.nullable or false || accepts.${node.option.type} node.option value
    then
      [ ]
    else
      [ (wrong path node) ];

  wrong = path: node: "${dotted path}: expected ${expected node}";

  below =
    path: node: values:
    lib.concatLists (
      lib.mapAttrsToList (
        name: value:
        let
          here = path ++ [ name ];
          child = node.children.${name} or node.children."*" or null;
        in
        if child == null || name == "*" then [ (unknown here node) ] else at here child value
      ) values
    );
in
{
  # Type: attrset -> [ string ]. Empty where every value may stand.
  errors = below [ ] tree;

  # The values without those that are null, which are the same as not given.
  given = lib.filterAttrsRecursive (_: value: value != null);
}
