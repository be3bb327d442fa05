"""Words that the rules of `scrub.py` look up."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words of programming languages: they may stand beside one word of the user's.
KEYWORDS = _words(
    "abstract any array asserts async auto bool boolean box chan char class const constexpr "
    "crate  dataclass def default double dyn enum explicit export extends extern final float fn "
    "friend  fun func function impl implements infer inline int interface keyof lambda let list "
    "local  long map mod module mut mutable namespace never new operator override package "
    "private  protected pub public readonly ref register restrict sealed short signed sizeof "
    "static str  string struct template trait transient tuple type typedef typename typeof "
    "union unique  unsafe unsigned using val var virtual void volatile where and as assert "
    "await begin break case  catch continue del delete do done elif else end esac except false "
    "fi finally for from global  goto if import in is loop match move nil nonlocal none not "
    "null of or pass raise rescue return  self super switch then this throw throws true try "
    "undefined unless until use while with yield"
)
# Endings of file names; those that are as often the name of a member stand in none.
FILE_ENDINGS = _words(
    "asm astro avi bak bash bat bmp bz2 c cc cfg cjs clj cljs cmake cmd conf cpp cs css csv cts "
    "cu cxx dart db dbf dll doc docx dylib ejs el elm env erb erl ex exe exs fish fs fsx gif go "
    "gradle graphql groovy gz h hbs hh hpp hrl hs htm html hxx ico ini ipynb ipp jar java jpeg "
    "jpg js json json5 jsonc jsonl jsx jl key ksh kt kts less lhs lib log lua m4 md mdx mjs mk ml "
    "mli mp3 mp4 mts nim nix nu o odt out p12 patch pdf pem pfx phar php pl pm png "
    "ppt pptx prisma properties proto ps1 psd py pyc pyi pyw pyx rar rb rkt rmd rs rst sass sbt "
    "scala scm scss sh so sol sql sqlite sqlite3 styl svelte svg swift tar tcl tex tf tfvars tgz "
    "tif tiff toml ts tsv tsx ttf txt v vb vhd vim vue war wasm wav webp woff woff2 xls xlsx xml "
    "xsd xsl xz yaml yml zig zip zsh"
)
# Files that every project of their kind has, headers of the language, products named so, and
# members that look like files: they tell nothing of anybody.
KNOWN_DOTTED = _words(
    "package.json tsconfig.json jsconfig.json pyproject.toml cargo.toml setup.py conftest.py "
    "__init__.py __main__.py go.mod go.sum cmakelists.txt requirements.txt pom.xml build.gradle "
    "assert.h ctype.h errno.h fcntl.h float.h inttypes.h limits.h math.h pthread.h setjmp.h "
    "signal.h stdarg.h stdbool.h stddef.h stdint.h stdio.h stdlib.h string.h time.h unistd.h "
    "node.js vue.js next.js react.js three.js d3.js express.js asp.net console.log math.log "
    "np.log numpy.log torch.log logger.log response.json request.json res.json req.json "
    "r.json process.env vim.env os.env import.meta.env meta.env"
)
# Last labels of host names: with two labels, and those that need three, as `java.net` has two.
HOST_ENDINGS = _words(
    "com org edu gov mil local localdomain lan corp internal intranet home example invalid "
    "onion arpa"
)
LONG_HOST_ENDINGS = _words(
    "net io dev app ai cloud co biz info me tech site online at be br ca ch cn cz de dk es eu fi "
    "fr hu ie il in it jp kr mx nl no nz pl pt ro ru se sg tr tv ua uk us za"
)
# Two words with a slash between that are no path.
SLASHED = _words(
    "and/or either/or i/o n/a tcp/ip read/write input/output true/false yes/no on/off try/except "
    "try/catch try/finally async/await if/else get/set key/value client/server null/undefined "
    "undefined/null import/export begin/end start/stop open/close enter/leave push/pop left/right "
    "upper/lower encode/decode getter/setter this/that his/her he/she"
)
# Account and host names that are nobody's.
NOBODY = _words(
    "root user users admin administrator test guest ubuntu debian fedora arch archlinux nixos "
    "localhost localdomain vagrant vscode node runner docker developer nobody default local home "
    "raspberrypi computer desktop laptop macbook unknown none code "
    "server main work host machine worker build box master client dev prod"
)
