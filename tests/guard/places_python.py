"""Python."""

from __future__ import annotations

from guard.language import Language

_BLOCKS = (
    """\
def @verb@_@noun@(path: Path, limit: int = @num@) -> list[@Noun@]:
    \"\"\"Read up to `limit` entries from `path`, the newest first.\"\"\"
    rows = json.loads(path.read_text(encoding="utf-8"))
    rows.sort(key=lambda row: row["created_at"], reverse=True)
    return [@Noun@(**row) for row in rows[:limit]]
""",
    """\
@@dataclass(frozen=True)
class @Noun@:
    number: int
    title: str
    created_at: datetime
    tags: tuple[str, ...] = ()

    @@property
    def slug(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")
""",
    """\
class @Noun@Store:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._cache: dict[int, @Noun@] = {}

    def get(self, number: int) -> @Noun@ | None:
        if number not in self._cache:
            path = self._root / f"{number}.json"
            if not path.exists():
                return None
            self._cache[number] = @Noun@(**json.loads(path.read_text()))
        return self._cache[number]
""",
    """\
async def @verb@_all(numbers: Iterable[int]) -> dict[int, str]:
    async with httpx.AsyncClient(base_url=BASE_URL, timeout=@num@) as client:
        answers = await asyncio.gather(*(client.get(f"/@noun@/{n}") for n in numbers))
    return {n: answer.text for n, answer in zip(numbers, answers, strict=True)}
""",
    """\
@@pytest.mark.parametrize(("given", "expected"), [("a b", "a-b"), ("Äpfel", "pfel"), ("", "")])
def test_@verb@_@noun@(given, expected):
    made = @Noun@(number=@num@, title=given, created_at=NOW)
    assert made.slug == expected
""",
    """\
def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=@num@)
    parser.add_argument("--verbose", action="store_true")
    asked = parser.parse_args(argv)
    logging.basicConfig(level=logging.DEBUG if asked.verbose else logging.INFO)
    for @noun@ in @verb@_@noun@(Path("data"), asked.limit):
        log.info("%s: %s", @noun@.number, @noun@.title)
    return 0
""",
)

PYTHON = Language(
    "python",
    "@verb@_@noun@.py",
    blocks=_BLOCKS,
    named=(
        '@NAME@ = "@value@"',
        "@NAME@ = '@value@'",
        '@name@: str = "@value@"',
        'os.environ["@NAME@"] = "@value@"',
        'os.environ.setdefault("@NAME@", "@value@")',
        'settings = {"@name@": "@value@", "timeout": @num@}',
        'config.@name@ = "@value@"',
        'client = @Noun@Client(@name@="@value@", region="eu-west-1")',
        'parser.add_argument("--@kebab@", default="@value@")',
        '@NAME@ = os.getenv("@NAME@", "@value@")',
        'DEFAULTS = dict(\n    @name@="@value@",\n    retries=@num@,\n)',
        'class Settings(BaseSettings):\n    @name@: str = "@value@"\n    retries: int = @num@',
        'def test_@verb@(monkeypatch):\n    monkeypatch.setenv("@NAME@", "@value@")',
    ),
    bare=(
        'client = connect("@value@")',
        "# the old one, good until friday: @value@",
        'SEEDS = ["@value@", "second"]',
        'print(call("/v1/@noun@", "@value@"))',
        'URL = "https://@host@/hook?id=@num@&t=@value@"',
        '"""Usage: @verb@ @value@ < @noun@.json"""',
    ),
    split_line=('@NAME@ = "@a@" + "@b@"', "@NAME@ = '@a@' '@b@'", '@name@ = "@a@" "@b@" "@c@"'),
    split_lines=(
        '@NAME@ = (\n    "@a@"\n    "@b@"\n    "@c@"\n)',
        '@NAME@ = "@a@" + \\\n    "@b@"',
        '@name@ = "".join([\n    "@a@",\n    "@b@",\n    "@c@",\n])',
    ),
    keys=(
        '@NAME@ = """@first@\n@line@\n@last@\n"""',
        "@NAME@ = '''\\\n@first@\n@line@\n@last@'''",
        '@NAME@ = (\n    "@first@\\n"\n    "@line@\\n"\n    "@last@\\n"\n)',
        '@NAME@ = "@key_escaped@"',
        'key = load_pem(b"""\n    @first@\n    @line@\n    @last@\n""")',
    ),
    head='"""@Verb@ every @noun@."""\n\nfrom __future__ import annotations\n\n'
    "import json\nimport logging\nfrom pathlib import Path\n\nlog = logging.getLogger(__name__)\n",
    comment="# {}",
)
